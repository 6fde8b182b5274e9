/**
 * Subselect of what is stored of the version that a row with `rid` and `version` stands for. It is one probe of the
 * primary key: as a plain join it may be planned to read every version of the resource.
 * @param row alias of the row
 * @param condition on the row; where it does not hold, nothing is read and there is no version
 */
export function versionOf(row: string, condition = 'true'): string {
  return `(select x.patients, x.content from resource_version x
    where x.rid = ${row}.rid and x.version = ${row}.version and ${condition} limit 1)`;
}
