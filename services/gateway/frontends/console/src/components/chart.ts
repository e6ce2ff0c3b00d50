/** ECharts, as little of it as the console draws; a file of its own, fetched with the first chart. */
import { BarChart, LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, AriaComponent, CanvasRenderer])

interface Drawing {
  categories: readonly string[]
  series: readonly { name: string; data: readonly (number | null)[] }[]
  line?: boolean
}

export function openChart(box: HTMLElement) {
  const chart = init(box)
  return {
    draw(given: object, dark: boolean): void {
      const { categories, series, line } = given as Drawing
      const ink = dark ? '#d5d8dc' : '#303133'
      chart.setOption(
        {
          aria: { enabled: true },
          color: dark ? ['#8ab4f8', '#e57373', '#81c784'] : ['#4a6fa5', '#a61c1c', '#2e7d32'],
          textStyle: { color: ink },
          legend: { textStyle: { color: ink }, left: 0 },
          // Drawn on the canvas: as HTML it would need inline styles, which the policy forbids.
          tooltip: { trigger: 'axis', renderMode: 'richText' },
          grid: { left: 48, right: 16, top: 40, bottom: 28 },
          xAxis: { type: 'category', data: [...categories], axisLabel: { color: ink } },
          yAxis: { type: 'value', axisLabel: { color: ink }, splitLine: { lineStyle: { opacity: 0.3 } } },
          series: series.map((each) => ({ type: line ? 'line' : 'bar', name: each.name, data: [...each.data] })),
        },
        true,
      )
    },
    resize: (): void => chart.resize(),
    end: (): void => chart.dispose(),
  }
}
