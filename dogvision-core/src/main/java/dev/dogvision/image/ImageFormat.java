package dev.dogvision.image;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The formats that are read, told by a file's first bytes. */
enum ImageFormat {
  JPEG("JPEG"),
  PNG("PNG"),
  GIF("GIF"),
  BMP("BMP"),
  WEBP("WebP");

  private static final int LONGEST_SIGNATURE = 16;

  private final String title;

  ImageFormat(String title) {
    this.title = title;
  }

  /** The format that a file's content has, or null for none of these. */
  static @Nullable ImageFormat of(byte[] content) {
    String start = start(content);
    if (start.startsWith("\u00ff\u00d8")) {
      return JPEG;
    }
    if (start.startsWith("\u0089PNG\r\n\u001a\n")) {
      return PNG;
    }
    if (start.startsWith("GIF87a") || start.startsWith("GIF89a")) {
      return GIF;
    }
    if (start.startsWith("BM") && content.length >= 26) {
      return BMP;
    }
    if (start.startsWith("RIFF") && start.startsWith("WEBP", 8)) {
      return WEBP;
    }
    return null;
  }

  /** What a file seems to be that is none of the formats, for a message. */
  static String describe(byte[] content) {
    String start = start(content);
    String text = start.strip().toLowerCase(Locale.ROOT);
    if (text.startsWith("<!doctype html") || text.startsWith("<html")) {
      return "a web page";
    }
    if (text.startsWith("<?xml") || text.startsWith("<svg")) {
      return "XML or SVG";
    }
    if (start.startsWith("II*\0") || start.startsWith("MM\0*")) {
      return "a TIFF or raw photograph";
    }
    if (start.startsWith("ftyp", 4)) {
      return start.startsWith("avif", 8)
          ? "an AVIF picture"
          : start.startsWith("hei", 8) || start.startsWith("mif1", 8) ? "a HEIC picture" : "a film";
    }
    if (start.startsWith("\u00ff\n") || start.startsWith("JXL", 4)) {
      return "a JPEG XL picture";
    }
    if (start.startsWith("%PDF")) {
      return "a PDF";
    }
    if (start.startsWith("8BPS")) {
      return "a Photoshop file";
    }
    if (start.startsWith("PK")) {
      return "a zip archive";
    }
    return "a file that starts with the bytes "
        + HexFormat.ofDelimiter(" ").formatHex(content, 0, Math.min(content.length, 8));
  }

  private static String start(byte[] content) {
    int length = Math.min(content.length, LONGEST_SIGNATURE);
    return new String(content, 0, length, StandardCharsets.ISO_8859_1);
  }

  @Override
  public String toString() {
    return title;
  }
}
