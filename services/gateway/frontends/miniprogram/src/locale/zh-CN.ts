import type { Named } from './named'

export default {
  app: { name: '积分签到' },
  tabs: { home: '签到', events: '活动', points: '积分', board: '榜单', me: '我的' },
  common: {
    again: '重试',
    back: '返回',
    cancel: '取消',
    confirm: '确定',
    empty: '暂无内容',
    loading: '正在加载',
    more: '查看更多',
    points: (c: Named) => `${c.named('n')} 分`,
    save: '保存',
  },
  problem: {
    no_network: '没有网络，请检查后重试。',
    sign_in_needed: '请先登录。',
    timed_out: '等待太久没有回应，请重试。',
    unexpected: '出现意外，请稍后重试。',
  },
}
