package dev.dogvision.data;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Which files are images, by name and by their first bytes. */
final class ImageFiles {
  /** In order of preference, where an id has several. */
  static final List<String> SUFFIXES =
      ImmutableList.of(".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif");

  static final String SUFFIXES_IN_WORDS = ".jpg, .jpeg, .png, .webp, .bmp or .gif";

  private static final int HEADER = 12;

  private ImageFiles() {}

  /** The place of a name's suffix among those supported, in any case, or -1. */
  static int suffixRank(String name) {
    int dot = name.lastIndexOf('.');
    return dot <= 0 ? -1 : SUFFIXES.indexOf(name.substring(dot).toLowerCase(Locale.ROOT));
  }

  /** A file's name without its suffix. */
  static String stem(String name) {
    return name.substring(0, name.lastIndexOf('.'));
  }

  /** Whether a name is one that systems hide, such as the "._" files of macOS. */
  static boolean isHidden(String name) {
    return name.startsWith(".");
  }

  /** What is wrong with an image file at first sight, or null: no more than its header is read. */
  static @Nullable String problem(Path file) {
    byte[] header;
    try (InputStream stream = Files.newInputStream(file)) {
      header = stream.readNBytes(HEADER);
    } catch (IOException e) {
      return "cannot be read: " + e;
    }
    if (header.length == 0) {
      return "is empty (0 bytes)";
    }
    String start = new String(header, StandardCharsets.ISO_8859_1);
    boolean known =
        start.startsWith("\u00FF\u00D8\u00FF")
            || start.startsWith("\u0089PNG\r\n\u001A\n")
            || start.startsWith("GIF87a")
            || start.startsWith("GIF89a")
            || start.startsWith("BM")
            || (start.startsWith("RIFF") && start.endsWith("WEBP"));
    if (known) {
      return null;
    }
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < Math.min(8, header.length); i++) {
      shown.append(String.format(Locale.ROOT, " %02X", header[i]));
    }
    return "begins with" + shown + ", which is no JPEG, PNG, GIF, BMP or WebP";
  }
}
