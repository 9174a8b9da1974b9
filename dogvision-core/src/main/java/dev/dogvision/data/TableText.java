package dev.dogvision.data;

import com.google.common.base.CharMatcher;
import dev.dogvision.internal.Excerpt;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * The text of a CSV, and how its parser's findings are told. UTF-8 with or without byte order mark,
 * UTF-16 with one, or what the caller names.
 */
final class TableText {
  /** A gibibyte: some 20 million rows. What is larger is not a file of labels. */
  private static final long MAXIMUM_BYTES = 1L << 30;

  /** How Excel is told what separates the columns. */
  private static final Pattern SEPARATOR_LINE =
      Pattern.compile("\\A\"?sep=([^\"\\r\\n])\"?[ \\t]*(\\R|\\z)", Pattern.CASE_INSENSITIVE);

  private static final Pattern LINE = Pattern.compile("line:? ?(\\d+)");

  private final Path file;

  /** What should be in the file's place, for messages. */
  private final String expected;

  /** Whether the caller's caller can name an encoding, for messages. */
  private final boolean encodingMayBeNamed;

  private final String text;
  private final int linesBefore;
  private final @Nullable Character separator;

  private TableText(
      Path file, String expected, boolean encodingMayBeNamed, @Nullable Charset charset) {
    this.file = file;
    this.expected = expected;
    this.encodingMayBeNamed = encodingMayBeNamed;
    String whole = text(bytes(), charset);
    Matcher line = SEPARATOR_LINE.matcher(whole);
    boolean found = line.find();
    this.text = found ? whole.substring(line.end()) : whole;
    this.linesBefore = found ? 1 : 0;
    this.separator = found ? line.group(1).charAt(0) : null;
  }

  /**
   * Reads a table of labels.
   *
   * @param charset its encoding; null for UTF-8, or what a byte order mark says
   */
  static TableText ofLabels(Path file, @Nullable Charset charset) {
    return new TableText(
        file,
        "a CSV such as labels.csv (for folders, one a breed, use DatasetBuilder.fromFolders)",
        true,
        charset);
  }

  /** Reads a table of corrections. */
  static TableText ofCorrections(Path file) {
    return new TableText(file, "a CSV such as corrections.csv", false, null);
  }

  /** What follows a line such as {@code sep=;}, or all. */
  String text() {
    return text;
  }

  /** How many lines are not part of the text. */
  int linesBefore() {
    return linesBefore;
  }

  /** What the file says separates its columns, or else what the caller says. */
  char separator(char otherwise) {
    return separator == null ? otherwise : separator;
  }

  static DatasetException unparseable(Path file, Exception cause) {
    return new DatasetException(
        file
            + " is not well-formed CSV: "
            + malformed(cause)
            + "; look for a quote (\") that is not closed, or text after a closing quote",
        cause);
  }

  /** What is wrong, without the names of the parser's classes. */
  private static String malformed(Exception cause) {
    String message = String.valueOf(cause.getMessage());
    Matcher line = LINE.matcher(message);
    boolean open = message.contains("EOF reached");
    if (!line.find()) {
      return "a quote is not closed";
    }
    return open
        ? "a quote that opens in line " + line.group(1) + " is never closed"
        : "in line " + line.group(1) + " something follows a closing quote";
  }

  private byte[] bytes() {
    if (!Files.exists(file)) {
      throw new DatasetException("there is no file " + file.toAbsolutePath());
    }
    if (!Files.isRegularFile(file)) {
      throw new DatasetException(file + " is not a file; expected " + expected);
    }
    try {
      long size = Files.size(file);
      if (size > MAXIMUM_BYTES) {
        throw new DatasetException(
            file + " has " + Problems.number(size) + " bytes; expected at most 1 GiB of labels");
      }
      // Its bytes, its characters, its cells and its rows are in memory together.
      long heap = Runtime.getRuntime().maxMemory();
      if (size > heap / 8) {
        throw new DatasetException(
            String.format(
                Locale.ROOT,
                "%s has %,d MB, too many for Java's heap of %,d MB: start Java with a larger -Xmx",
                file,
                size >> 20,
                heap >> 20));
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new DatasetException(file + " cannot be read: " + e, e);
    }
  }

  private String text(byte[] bytes, @Nullable Charset charset) {
    if (charset != null) {
      return decode(bytes, charset);
    }
    int first = bytes.length < 2 ? 0 : ((bytes[0] & 0xFF) << 8) | (bytes[1] & 0xFF);
    if (first == 0xFFFE && bytes.length >= 4 && bytes[2] == 0 && bytes[3] == 0) {
      return decode(bytes, Charset.forName("UTF-32"));
    }
    if (first == 0xFEFF || first == 0xFFFE) {
      return decode(bytes, StandardCharsets.UTF_16);
    }
    ForeignTable.refuse(file, bytes);
    refuseUnmarkedUtf16(bytes);
    return decode(bytes, StandardCharsets.UTF_8);
  }

  /** Every other byte of a Latin text in UTF-16 is zero, and none of any text in UTF-8. */
  private void refuseUnmarkedUtf16(byte[] bytes) {
    int[] zeros = new int[2];
    int looked = Math.min(bytes.length, 1 << 10);
    for (int i = 0; i < looked; i++) {
      zeros[i & 1] += bytes[i] == 0 ? 1 : 0;
    }
    boolean littleEndian = zeros[1] > looked / 4 && zeros[0] == 0;
    boolean bigEndian = zeros[0] > looked / 4 && zeros[1] == 0;
    if (littleEndian || bigEndian) {
      throw new DatasetException(
          file
              + " seems to be UTF-16 without a byte order mark; save it as UTF-8"
              + (encodingMayBeNamed
                  ? ", or call .charset(StandardCharsets.UTF_16" + (littleEndian ? "LE)" : "BE)")
                  : ""));
    }
  }

  private String decode(byte[] bytes, Charset charset) {
    CharsetDecoder decoder =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer input = ByteBuffer.wrap(bytes);
    CharBuffer output =
        CharBuffer.allocate((int) Math.ceil(bytes.length * (double) decoder.maxCharsPerByte()));
    CoderResult result = decoder.decode(input, output, true);
    if (!result.isError()) {
      result = decoder.flush(output);
    }
    if (result.isError()) {
      int line = 1;
      for (int i = 0; i < input.position(); i++) {
        if (bytes[i] == '\n') {
          line++;
        }
      }
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s, line %d: byte 0x%02X is not %s; save the file as UTF-8%s",
              file,
              line,
              bytes[input.position()],
              charset,
              encodingMayBeNamed
                  ? ", or name its encoding with .charset(...)"
                      + asWindowsWrites(bytes, input.position())
                  : ""));
    }
    String text = output.flip().toString();
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  /** The line of a byte as the most common encoding besides UTF-8 has it, where it has it. */
  private static String asWindowsWrites(byte[] bytes, int at) {
    int start = at;
    while (start > 0 && bytes[start - 1] != '\n' && bytes[start - 1] != '\r') {
      start--;
    }
    int end = at;
    while (end < bytes.length && bytes[end] != '\n' && bytes[end] != '\r') {
      end++;
    }
    Charset windows = Charset.forName("windows-1252");
    String line = new String(bytes, start, end - start, windows);
    return line.indexOf('\uFFFD') >= 0
            || LabelTable.controlCharacter(line.replace('\t', ' ')) != null
        ? ""
        : ". If the line is '"
            + Excerpt.of(line)
            + "', that is .charset(Charset.forName(\"windows-1252\"))";
  }

  /** The line a record begins at; the parser tells the one it ends at. */
  static int line(CSVParser parser, CSVRecord row) {
    long line = parser.getCurrentLineNumber();
    for (String field : row) {
      line -= CharMatcher.is('\n').countIn(field);
    }
    return (int) line;
  }

  /** Rows of a text, as RFC 4180 has them, without empty ones and the spaces around cells. */
  static CSVParser parser(String text, char delimiter) throws IOException {
    return CSVParser.builder()
        .setReader(new StringReader(text))
        .setFormat(
            CSVFormat.RFC4180
                .builder()
                .setDelimiter(delimiter)
                .setIgnoreEmptyLines(true)
                .setIgnoreSurroundingSpaces(true)
                .get())
        .get();
  }
}
