import type { Named } from '../named'

/** Events, seats, leave. */
export default {
  events: {
    title: '活动', all: '全部类别', filter: '类别', none: '近期没有面向您的活动。', noneMine: '近期没有与您有关的活动。',
    freeDay: '这一天没有活动。', shape: '显示方式', list: '列表', month: '月历', whose: '范围', everyone: '全部', mine: '与我有关',
    search: '搜索名称或地点', before: '上个月', after: '下个月', asksRegistration: '需报名',
    dayHas: (c: Named) => `${c.named('day')} 日，${c.named('n')} 个活动`,
    weekday: { mon: '一', tue: '二', wed: '三', thu: '四', fri: '五', sat: '六', sun: '日' },
  },
  event: {
    title: '活动',
    when: '时间', where: '地点', by: '举办单位', session: '场次', checkIn: '签到时间',
    window: (c: Named) => `签到时间 ${c.named('from')}`,
    cancelled: (c: Named) => `活动已取消：${c.named('reason')}`,
    addToCalendar: '加入手机日历',
    calendarRefused: '未能加入日历，请在手机设置中允许。',
    state: { draft: '草稿', published: '已发布', open: '签到中', closed: '已结束', over: '已过时间', cancelled: '已取消' },
  },
  registration: {
    title: '报名',
    is: {
      open: '可以报名', full: '名额已满，可排队候补', waiting: (c: Named) => `候补中，第 ${c.named('n')} 位`, offered: '有名额留给您，请答复',
      registered: '已报名', notYet: '报名尚未开始', over: '报名已结束',
    },
    do: { register: '报名', wait: '排队候补', accept: '接受名额', decline: '放弃名额', leaveList: '退出候补', cancel: '取消报名' },
    sure: {
      decline: '放弃后名额让给下一位，确定吗？', leaveList: '退出后要重新排队，确定吗？', cancel: '取消后名额让给候补的人，确定吗？',
    },
    seats: (c: Named) => `剩余名额 ${c.named('n')}，候补 ${c.named('waiting')} 人`,
    opens: (c: Named) => `${c.named('time')} 开始报名`,
    replyBy: (c: Named) => `请在 ${c.named('time')} 前答复`,
    until: (c: Named) => `${c.named('time')} 前可自行取消`,
  },
  leave: {
    title: '请假',
    why: '不能参加时请提前请假，由组织者批准。',
    ask: '我要请假', reason: '请假事由', send: '提交请假', withdraw: '撤回请假',
    is: { asked: '已提交，等待批准', approved: '已批准', declined: '未批准', withdrawn: '已撤回' },
  },
}
