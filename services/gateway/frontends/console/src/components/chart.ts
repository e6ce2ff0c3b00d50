/** ECharts, as little of it as the console draws; a file of its own, fetched with the first chart. */
import { BarChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

use([BarChart, GridComponent, LegendComponent, TooltipComponent, AriaComponent, CanvasRenderer])

interface Drawing {
  categories: readonly string[]
  series: readonly Series[]
}

export interface Series {
  name: string
  data: readonly (number | null)[]
  tone?: 'good' | 'open' | 'bad'
}

const TONES = {
  light: { plain: ['#4a6fa5', '#a61c1c'], good: '#2e7d32', open: '#c28a1b', bad: '#b3261e' },
  dark: { plain: ['#8ab4f8', '#e57373'], good: '#81c784', open: '#e0b060', bad: '#f28b82' },
}
// More names than this do not fit beside each other.
const NAMED = 12

export function openChart(box: HTMLElement) {
  const chart = init(box)
  return {
    draw(given: object, dark: boolean): void {
      const { categories, series } = given as Drawing
      const tones = TONES[dark ? 'dark' : 'light']
      const ink = dark ? '#d5d8dc' : '#303133'
      chart.setOption(
        {
          aria: { enabled: true },
          color: tones.plain,
          textStyle: { color: ink },
          legend: { textStyle: { color: ink }, left: 0, top: 0 },
          // Drawn on the canvas: as HTML it would need inline styles, which the policy forbids.
          tooltip: { trigger: 'axis', renderMode: 'richText' },
          grid: { left: 48, right: 16, top: 40, bottom: 44 },
          xAxis: { type: 'category', data: [...categories], axisLabel: { color: ink, ...(categories.length <= NAMED ? { interval: 0, width: 84, overflow: 'break' as const } : {}) } },
          yAxis: { type: 'value', minInterval: 1, axisLabel: { color: ink }, splitLine: { lineStyle: { opacity: 0.3 } } },
          series: series.map(({ name, data, tone }) => ({ type: 'bar' as const, name, data: [...data], ...(tone ? { itemStyle: { color: tones[tone] } } : {}) })),
        },
        true,
      )
    },
    resize: (): void => chart.resize(),
    end: (): void => chart.dispose(),
  }
}
