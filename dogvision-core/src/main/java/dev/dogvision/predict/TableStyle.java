package dev.dogvision.predict;

/** For whom a table of predictions is written. */
public enum TableStyle {
  /** For programs, as the competition takes it: ids and labels as they are. */
  SUBMISSION,

  /**
   * For Excel and other spreadsheets: with a byte order mark, by which they know UTF-8, and with an
   * apostrophe before an id or label that they would run as a formula, which is one that begins
   * with {@code =}, {@code +}, {@code -}, {@code @}, a tab or a line end (OWASP, "CSV Injection").
   * File names and labels may come from strangers.
   */
  SPREADSHEET
}
