/** Words of overview, audit log, proofs and imports. */
export const system = {
  asTable: ['看数据表', 'As a table'],
} as const
