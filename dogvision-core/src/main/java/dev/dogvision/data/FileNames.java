package dev.dogvision.data;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

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
    String uri = file.toUri().getRawPath();
    String last = uri.replaceFirst("/$", "").replaceFirst(".*/", "");
    // A plus is itself in a path, and a space in what the decoder is made for.
    return URLDecoder.decode(last.replace("+", "%2B"), StandardCharsets.UTF_8);
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
