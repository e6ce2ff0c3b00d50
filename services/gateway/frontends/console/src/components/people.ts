/** People as they are typed or pasted out of a spreadsheet: number and name, a line each. */
export interface Lines {
  people: { member_no: string; name: string }[]
  /** Lines that do not say both. */
  bad: string[]
}

export function readLines(text: string): Lines {
  const found: Lines = { people: [], bad: [] }
  for (const line of text.split('\n').map((each) => each.trim())) {
    const [, member_no, name] = /^(\S+?)[\s,，;；]+(.+)$/.exec(line) ?? []
    if (member_no && name) found.people.push({ member_no, name: name.trim() })
    else if (line) found.bad.push(line)
  }
  return found
}
