package dev.dogvision.image;

import com.google.common.base.CharMatcher;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
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

  /** Of a first box that lists what a file can be read as, so much is looked at. */
  private static final int MOST_BRANDS = 64;

  private static final int MOST_TEXT = 64;

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

  /** What a file is that is none of the formats, and what to do, for a message. */
  static String describe(byte[] content) {
    String photograph = photograph(content);
    return photograph != null ? photograph : other(content) + "; convert it or leave it out";
  }

  /**
   * What cameras, phones and scanners write and this library does not read: for HEIC, AVIF and JPEG
   * XL there is no decoder in Java, and TIFF is a container of a dozen compressions.
   */
  static @Nullable String photograph(byte[] content) {
    String start = start(content);
    if (start.startsWith("ftyp", 4)) {
      return ofBrands(content);
    }
    if (start.startsWith("\u00ff\n") || start.startsWith("\0\0\0\fJXL \r\n")) {
      return "a JPEG XL picture, for which Java has no reader; convert it to JPEG or PNG, with djxl"
          + " say";
    }
    if (start.startsWith("II*\0") || start.startsWith("MM\0*")) {
      return "a TIFF or raw photograph, as scanners and cameras write them, which is not read here;"
          + " convert it to JPEG or PNG, with ImageMagick or the camera's own software say";
    }
    if (start.startsWith("II+\0") || start.startsWith("MM\0+")) {
      return "a BigTIFF picture, which is not read here; convert it to JPEG or PNG";
    }
    if (start.startsWith("IIRO")
        || start.startsWith("IIU\0")
        || start.startsWith("FUJIFILMCCD-RAW")) {
      return "a camera's raw photograph, which is not read here; convert it to JPEG with the"
          + " camera's own software";
    }
    if (start.startsWith("\0\0\0\fjP  \r\n") || start.startsWith("\u00ffO\u00ffQ")) {
      return "a JPEG 2000 picture, for which Java has no reader; convert it to JPEG or PNG, with"
          + " opj_decompress say";
    }
    return null;
  }

  /** What the brands in a file's first box say; the first of them may name a family only. */
  private static @Nullable String ofBrands(byte[] content) {
    int length = Math.min(content.length, MOST_BRANDS);
    String brands = new String(content, 8, length - 8, StandardCharsets.ISO_8859_1);
    int box = Math.min(length, ((content[2] & 0xff) << 8) | (content[3] & 0xff)) - 8;
    String own = brands.substring(0, Math.max(Math.min(4, brands.length()), Math.max(0, box)));
    if (own.contains("avif") || own.contains("avis")) {
      return "an AVIF picture, for which Java has no reader; convert it to JPEG or PNG, with"
          + " avifdec say";
    }
    for (String brand : List.of("heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1")) {
      if (own.contains(brand)) {
        return "a HEIC picture, as iPhones take them, for which Java has no reader; convert it to"
            + " JPEG, with heif-convert say, or have the phone take JPEGs (Settings, Camera,"
            + " Formats, Most Compatible)";
      }
    }
    return own.startsWith("crx")
        ? "a camera's raw photograph, which is not read here; convert it to JPEG with the camera's"
            + " own software"
        : null;
  }

  private static String other(byte[] content) {
    String start = start(content);
    int length = Math.min(content.length, MOST_TEXT);
    String text = new String(content, 0, length, StandardCharsets.UTF_8);
    text = CharMatcher.is('\ufeff').removeFrom(text).strip().toLowerCase(Locale.ROOT);
    if (text.startsWith("<!doctype html") || text.startsWith("<html")) {
      return "a web page";
    }
    if (text.startsWith("version https://git-lfs")) {
      return "a pointer of Git LFS, which 'git lfs pull' exchanges for the file";
    }
    if (start.startsWith("\0\0\u0001\0")
        || start.startsWith("\0\0\u0002\0")
        || start.startsWith("icns")) {
      return "an icon";
    }
    if (start.startsWith("%!PS")) {
      return "PostScript";
    }
    if (start.length() > 2
        && start.charAt(0) == 'P'
        && "123456".indexOf(start.charAt(1)) >= 0
        && Character.isWhitespace(start.charAt(2))) {
      return "a PPM or PGM picture";
    }
    if (text.startsWith("<?xml") || text.startsWith("<svg")) {
      return "XML or SVG";
    }
    if (start.startsWith("ftyp", 4)) {
      return "a film";
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
