package dev.dogvision.data;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Names of files as texts, whatever characters the process can name. In the POSIX locale Java reads
 * an accent in a file's name as a replacement character and can't turn the text with the accent
 * into a path; a URI holds the name's bytes, which are UTF-8, and does both.
 */
final class FileNames {
  private static final char REPLACEMENT = '\uFFFD';

  private FileNames() {}

  /** The last part of a path. */
  static String of(Path file) {
    String name = String.valueOf(file.getFileName());
    if (name.indexOf(REPLACEMENT) < 0) {
      return name;
    }
    return legible(file);
  }

  /** Whether the last part of a path is a text at all: on some systems it may be any bytes. */
  static boolean isText(Path file) {
    return String.valueOf(file.getFileName()).indexOf(REPLACEMENT) < 0
        || legible(file).equals(decode(file, StandardCharsets.UTF_8));
  }

  /** The last part of a path, with such bytes as {@code \xE9} that are no UTF-8. */
  static String legible(Path file) {
    ByteBuffer bytes =
        ByteBuffer.wrap(
            decode(file, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.ISO_8859_1));
    CharBuffer characters = CharBuffer.allocate(bytes.remaining());
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    StringBuilder name = new StringBuilder();
    while (true) {
      CoderResult result = decoder.decode(bytes, characters, /* endOfInput= */ true);
      name.append(characters.flip());
      characters.clear();
      if (result.isUnderflow()) {
        return name.toString();
      }
      for (int i = 0; i < result.length(); i++) {
        name.append(String.format(Locale.ROOT, "\\x%02X", bytes.get()));
      }
      decoder.reset();
    }
  }

  /** The last part of a path, whose bytes only its URI tells. */
  private static String decode(Path file, Charset charset) {
    String uri = file.toUri().getRawPath();
    String last = uri.replaceFirst("/$", "").replaceFirst(".*/", "");
    // A plus is itself in a path, and a space in what the decoder is made for.
    return URLDecoder.decode(last.replace("+", "%2B"), charset);
  }

  /**
   * A file or folder below another.
   *
   * @param relative its name, or several with a slash between
   * @throws InvalidPathException if this system can't have such a file
   */
  static Path resolve(Path folder, String relative) {
    try {
      return folder.resolve(relative);
    } catch (InvalidPathException e) {
      if (relative.indexOf('\0') >= 0 || !folder.toUri().getScheme().equals("file")) {
        throw e;
      }
      String encoded =
          URLEncoder.encode(relative, StandardCharsets.UTF_8)
              .replace("+", "%20")
              .replace("%2F", "/");
      String parent = folder.toUri().toString();
      try {
        return Path.of(URI.create(parent + (parent.endsWith("/") ? "" : "/") + encoded));
      } catch (IllegalArgumentException other) {
        e.addSuppressed(other);
        throw e;
      }
    }
  }
}
