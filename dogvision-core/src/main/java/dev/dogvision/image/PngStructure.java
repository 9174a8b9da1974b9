package dev.dogvision.image;

import java.util.zip.CRC32;

/** A PNG's chunks, to the one that ends it. */
final class PngStructure extends FileStructure {

  /** A gigabyte of pixels in chunks of 8 KB, as they are written, has as many. */
  private static final int MOST_CHUNKS = 120_000;

  private static final double WORK_OF_PROFILE = 3;
  private static final double WORK_OF_GAMMA = 1.5;
  private static final double WORK_OF_TRANSPARENT_COLOR = 1.5;
  private static final double WORK_OF_INTERLACED_CHANNEL = 0.35;
  private static final double WORK_OF_16_BITS = 2.3;
  private static final int PALETTE = 3;

  /** The colour profile, compressed; its length is 0 where there is none. */
  int profileStart;

  int profileLength;

  /** The chunks that describe colours without a profile, 0 where they are missing. */
  int gamma;

  int chromaticities;
  boolean standardColors;

  private int colorType;
  private boolean transparentColor;

  PngStructure(byte[] content) {
    super(content);
  }

  @Override
  void read() {
    int at = 8;
    int chunks = 0;
    boolean hasData = false;
    CRC32 checksum = new CRC32();
    while (at + 8 <= content.length) {
      if (++chunks > MOST_CHUNKS) {
        damage = tooMany("chunks", chunks, MOST_CHUNKS);
        return;
      }
      long length = big32(at);
      boolean isData = startsWith(at + 4, "IDAT");
      boolean isHeader = startsWith(at + 4, "IHDR");
      if (at + 12 + length > content.length) {
        cut = !hasData || isData;
        return;
      }
      if (isData || isHeader || startsWith(at + 4, "PLTE")) {
        checksum.reset();
        checksum.update(content, at + 4, (int) length + 4);
        if (checksum.getValue() != big32(at + 8 + (int) length)) {
          damage = "a part of it fails its checksum: the file was damaged; fetch it again";
          return;
        }
      }
      if (isHeader && length >= 13) {
        readHeader(at + 8);
      } else if (startsWith(at + 4, "eXIf")) {
        // Some writers copy what begins a JPEG's segment.
        int preamble = startsWith(at + 8, "Exif\0\0") ? 6 : 0;
        setExif(at + 8 + preamble, length - preamble);
      } else if (startsWith(at + 4, "IEND")) {
        return;
      } else if (!hasData) {
        readColors(at + 8, (int) length);
      }
      hasData |= isData;
      at += 12 + (int) length;
    }
    cut = !hasData;
  }

  @Override
  String work() {
    return bytesPerPixel + " bytes each" + (profileLength > 0 ? " and with a colour profile" : "");
  }

  private void readHeader(int at) {
    width = big32(at);
    height = big32(at + 4);
    int bits = unsigned(at + 8);
    colorType = unsigned(at + 9);
    int channels =
        switch (colorType) {
          case 2 -> 3;
          case 4 -> 2;
          case 6 -> 4;
          default -> 1;
        };
    bytesPerPixel = bits == 16 ? 2.0 * channels : channels;
    workPerPixel =
        bits == 16
            ? Math.max(5, WORK_OF_16_BITS * channels)
            : channels == 4 ? 3.5 : channels > 1 ? 3 : 1;
    workPerPixel += workOfRows();
    if (unsigned(at + 12) != 0) {
      workPerPixel += WORK_OF_INTERLACED_CHANNEL * channels;
    }
  }

  private void readColors(int start, int length) {
    if (startsWith(start - 4, "iCCP")) {
      workPerPixel += profileLength == 0 ? WORK_OF_PROFILE : 0;
      profileStart = start;
      profileLength = length;
    } else if (startsWith(start - 4, "gAMA") && length == 4) {
      workPerPixel += gamma == 0 ? WORK_OF_GAMMA : 0;
      gamma = start;
    } else if (startsWith(start - 4, "tRNS") && colorType != PALETTE && !transparentColor) {
      workPerPixel += WORK_OF_TRANSPARENT_COLOR;
      transparentColor = true;
    } else if (startsWith(start - 4, "cHRM") && length == 32) {
      chromaticities = start;
    } else if (startsWith(start - 4, "sRGB")) {
      standardColors = true;
    }
  }
}
