package dev.dogvision.data;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What people take for a CSV of labels. */
final class ForeignTable {
  private static final int HEAD_BYTES = 1 << 12;
  private static final String SAVE_AS_CSV = ": open it in a spreadsheet, and save it as CSV UTF-8";
  private static final String LOOK_AT_IT =
      ", as a download gives where a log-in or another address was needed: open it in a browser to"
          + " see what it says, and download the labels again";

  private ForeignTable() {}

  /**
   * Refuses a file that is known to be something else.
   *
   * @throws DatasetException naming what it is and what to do
   */
  static void refuse(Path file, byte[] bytes) {
    String kind = kind(bytes);
    if (kind != null) {
      throw new DatasetException(file + " is no CSV but " + kind);
    }
  }

  private static @Nullable String kind(byte[] bytes) {
    // A character a byte.
    String head = new String(Arrays.copyOf(bytes, Math.min(bytes.length, HEAD_BYTES)), ISO_8859_1);
    if (head.startsWith("PK\u0003\u0004")) {
      return zip(new String(bytes, ISO_8859_1));
    }
    if (head.startsWith("\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1")) {
      return "an old Excel workbook (.xls)" + SAVE_AS_CSV;
    }
    if (head.startsWith("\u001f\u008b")
        || head.startsWith("BZh")
        || head.startsWith("\u00fd7zXZ\0")
        || head.startsWith("7z\u00bc\u00af'\u001c")
        || head.startsWith("(\u00b5/\u00fd")) {
      return "a compressed file: unpack it, and name the CSV in it";
    }
    if (head.startsWith("PAR1")) {
      return "a Parquet file: write it as CSV, in Python with"
          + " pandas.read_parquet(...).to_csv(\"labels.csv\", index=False)";
    }
    if (head.startsWith("%PDF-") || head.startsWith("{\\rtf") || head.startsWith("bplist00")) {
      return "a document of another program: write its table as CSV UTF-8 there";
    }
    if (head.startsWith("SQLite format 3\0")) {
      return "an SQLite database: write the table as CSV, with sqlite3's .mode csv";
    }
    if (head.startsWith("\u00ff\u00d8\u00ff")
        || head.startsWith("\u0089PNG\r\n")
        || head.startsWith("GIF8")) {
      return "an image: name the table of the images' ids and breeds";
    }
    if (head.length() > 0 && head.chars().allMatch(character -> character == 0)) {
      return "a file of zeros, as a disk leaves that failed or was full: copy it again";
    }
    String start = head.replaceFirst("^\u00ef\u00bb\u00bf", "").stripLeading();
    return text(start, start.toLowerCase(Locale.ROOT));
  }

  private static @Nullable String text(String start, String lower) {
    if (lower.startsWith("version https://git-lfs")) {
      return "a Git LFS pointer, a few lines that stand for the labels: fetch the labels"
          + " themselves with \"git lfs pull\" in the repository that it comes from";
    }
    if (lower.startsWith("<!doctype html") || lower.startsWith("<html")) {
      return "an HTML page" + LOOK_AT_IT;
    }
    if (lower.startsWith("<?xml")) {
      return "an XML document" + LOOK_AT_IT;
    }
    if (start.matches("(?s)(\\[\\s*)?\\{\\s*(\".*|\\}.*)")) {
      return "JSON: write it as CSV, with a first line id,breed and then one line an image";
    }
    return null;
  }

  private static String zip(String content) {
    if (content.contains("xl/workbook") || content.contains("xl/worksheets")) {
      return "an Excel workbook (.xlsx), whatever its name ends in" + SAVE_AS_CSV;
    }
    if (content.contains("opendocument.spreadsheet") || content.contains("content.xml")) {
      return "an OpenDocument spreadsheet (.ods)" + SAVE_AS_CSV;
    }
    return "a zip file: unpack it, and name the CSV in it";
  }
}
