package dev.dogvision.image;

/** A GIF's blocks, to the end of its first frame; those that follow are never looked at. */
final class GifStructure extends FileStructure {
  /** Where the first frame lies on the canvas. */
  int left;

  int top;

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
        at = endOfBlocks(at + 10 + colorTable(unsigned(at + 9)) + 1);
        if (at <= content.length) {
          return; // the first picture is whole
        }
      } else {
        break;
      }
    }
    cut = at >= content.length;
    damage = cut ? null : "it holds no picture";
  }

  @Override
  RgbImage onCanvas(RgbImage image) {
    return onCanvas(image, width, height, left, top);
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
