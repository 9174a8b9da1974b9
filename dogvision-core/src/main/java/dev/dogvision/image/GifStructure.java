package dev.dogvision.image;

import java.util.Arrays;

/** A GIF's blocks, to the end of its first frame; those that follow are never looked at. */
final class GifStructure extends FileStructure {
  private static final int MOST_BITS = 12;

  /** What a byte of codes takes, where a pixel takes 1; those of usual pictures are in that. */
  private static final double WORK_PER_BYTE = 1.2;

  private static final double USUAL_WORK_OF_BYTES = 0.5;

  /** The reader makes its table of codes anew. Encoders do that every few thousand codes. */
  private static final double WORK_OF_CLEARING = 100;

  /** Where the first frame lies on the canvas. */
  int left;

  int top;

  private long clearings;

  GifStructure(byte[] content) {
    super(content);
    bytesPerPixel = 1;
    workPerPixel = 1;
  }

  @Override
  void read() {
    if (content.length < 13) {
      cut = true;
      return;
    }
    width = little16(6);
    height = little16(8);
    int at = 13 + colorTable(unsigned(10));
    while (at < content.length) {
      int kind = unsigned(at);
      if (kind == 0x21) {
        at = endOfBlocks(at + 2);
      } else if (kind == 0x2c && at + 10 <= content.length) {
        left = little16(at + 1);
        top = little16(at + 3);
        // Readers of animations show the canvas, larger where the frame is.
        width = Math.max(width, left + little16(at + 5));
        height = Math.max(height, top + little16(at + 7));
        if (left != 0 || top != 0 || little16(at + 5) != width || little16(at + 7) != height) {
          bytesPerPixel += 3; // the frame, and the canvas that it is laid on
        }
        int data = at + 10 + colorTable(unsigned(at + 9));
        long pixels = (long) little16(at + 5) * little16(at + 7);
        at = endOfBlocks(data + 1);
        if (at <= content.length) {
          cut = !holdsPixels(data, pixels);
          double work =
              WORK_PER_BYTE * (at - data)
                  - USUAL_WORK_OF_BYTES * pixels
                  + WORK_OF_CLEARING * clearings;
          workPerPixel += Math.max(0, work) / Math.max(1, width * height);
          return; // the first picture is whole, as far as it goes
        }
      } else {
        break;
      }
    }
    cut = at >= content.length;
    damage = cut ? null : "it holds no picture";
  }

  @Override
  String work() {
    return "codes that take so long to follow";
  }

  @Override
  RgbImage onCanvas(RgbImage image) {
    return onCanvas(image, width, height, left, top);
  }

  /**
   * Whether the codes of a picture stand for all of its pixels. Java's reader leaves those that are
   * missing as they are, without a word. Only how many pixels each code stands for is kept.
   */
  private boolean holdsPixels(int data, long wanted) {
    int codeSize = unsigned(data);
    if (codeSize < 1 || codeSize > MOST_BITS - 1) {
      return true; // the reader tells what is wrong
    }
    int clear = 1 << codeSize;
    int[] lengths = new int[1 << MOST_BITS];
    Arrays.fill(lengths, 0, clear, 1);
    int next = clear + 2;
    int size = codeSize + 1;
    int before = 0;
    long pixels = 0;
    long bits = 0;
    int count = 0;
    int at = data + 1;
    int blockEnd = at; // where the length of the next block lies
    while (pixels < wanted) {
      while (count < size) {
        if (at == blockEnd) {
          if (at >= content.length || content[at] == 0) {
            return false;
          }
          blockEnd = Math.min(content.length, at + 1 + unsigned(at));
          at++;
          continue;
        }
        bits |= (long) unsigned(at++) << count;
        count += 8;
      }
      int code = (int) bits & ((1 << size) - 1);
      bits >>>= size;
      count -= size;
      if (code == clear) {
        clearings++;
        next = clear + 2;
        size = codeSize + 1;
        before = 0;
        continue;
      }
      if (code == clear + 1) {
        return false;
      }
      if (code > next || (code == next && before == 0)) {
        return true; // the reader tells what is wrong
      }
      int length = code == next ? before + 1 : lengths[code];
      if (before > 0 && next < lengths.length) {
        lengths[next++] = before + 1;
        if (next == 1 << size && size < MOST_BITS) {
          size++;
        }
      }
      pixels += length;
      before = length;
    }
    return true;
  }

  private static int colorTable(int flags) {
    return (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
  }

  /** The place after a chain of blocks; beyond the file's end where the chain is cut. */
  private int endOfBlocks(int start) {
    int at = start;
    while (at < content.length) {
      int length = unsigned(at);
      at += 1 + length;
      if (length == 0) {
        return at;
      }
    }
    return Integer.MAX_VALUE;
  }
}
