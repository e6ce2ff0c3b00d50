/** A column of a table: what it says of a row, unless the page draws the cell itself. */
export interface Column<Row> {
  key: string
  title: string
  text?: (row: Row) => string
  number?: boolean
  /** Kept on one line. */
  short?: boolean
}

/** Rows as a spreadsheet opens them, of the columns that say something in words. */
export function asCsv<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const said = columns.filter((column) => column.text)
  const lines = [said.map((column) => column.title), ...rows.map((row) => said.map((column) => column.text!(row)))]
  return '\uFEFF' + lines.map((cells) => cells.map(cell).join(',')).join('\r\n')
}

// As the services' own documents have it: spaces before it, and signs of full width, do not make it harmless.
const FORMULA = /^[\t\r\n]|^\s*[=+\-@＝＋－＠]/u
const NUMBER = /^[+-]?\d+(\.\d+)?$/

/** Quoted where it must be; what a spreadsheet would take for a formula is made a text. */
function cell(text: string): string {
  const harmless = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
