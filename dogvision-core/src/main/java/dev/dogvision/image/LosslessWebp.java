package dev.dogvision.image;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;

/**
 * Decodes the lossless kind of WebP (RFC 9649), which also holds the transparency of the other.
 *
 * <p>The reader for Java that there is transforms a picture as often as its file asks and builds as
 * many tables as it names, so that 40 KB keep it busy for minutes or exhaust a heap; neither can be
 * seen from outside. Here a transform comes once, as the format says, and only tables that some
 * pixel uses are kept, within a bound.
 */
@SuppressWarnings({
  "ArrayRecordComponent", // none leaves this class or is compared
  "OperatorPrecedence" // shifts and masks, as the format's description writes them
})
final class LosslessWebp {
  private static final int LENGTHS = 24;
  private static final int DISTANCES = 40;
  private static final int MOST_CACHE_BITS = 11;
  private static final int[] ORDER = {
    17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
  };

  /** What the smallest distances stand for: so many pixels to the left and so many rows up. */
  private static final byte[] NEAR = {
    0, 1, 1, 0, 1, 1, -1, 1, 0, 2, 2, 0, 1, 2, -1, 2, 2, 1, -2, 1, 2, 2, -2, 2, 0, 3, 3, 0, 1, 3,
    -1, 3, 3, 1, -3, 1, 2, 3, -2, 3, 3, 2, -3, 2, 0, 4, 4, 0, 1, 4, -1, 4, 4, 1, -4, 1, 3, 3, -3, 3,
    2, 4, -2, 4, 4, 2, -4, 2, 0, 5, 3, 4, -3, 4, 4, 3, -4, 3, 5, 0, 1, 5, -1, 5, 5, 1, -5, 1, 2, 5,
    -2, 5, 5, 2, -5, 2, 4, 4, -4, 4, 3, 5, -3, 5, 5, 3, -5, 3, 0, 6, 6, 0, 1, 6, -1, 6, 6, 1, -6, 1,
    2, 6, -2, 6, 6, 2, -6, 2, 4, 5, -4, 5, 5, 4, -5, 4, 3, 6, -3, 6, 6, 3, -6, 3, 0, 7, 7, 0, 1, 7,
    -1, 7, 5, 5, -5, 5, 7, 1, -7, 1, 4, 6, -4, 6, 6, 4, -6, 4, 2, 7, -2, 7, 7, 2, -7, 2, 3, 7, -3,
        7,
    7, 3, -7, 3, 5, 6, -5, 6, 6, 5, -6, 5, 8, 0, 4, 7, -4, 7, 7, 4, -7, 4, 8, 1, 8, 2, 6, 6, -6, 6,
    8, 3, 5, 7, -5, 7, 7, 5, -7, 5, 8, 4, 6, 7, -6, 7, 7, 6, -7, 6, 8, 5, 7, 7, -7, 7, 8, 6, 8, 7
  };

  private final DecodingGuard guard;
  private final byte[] content;
  private final int end;
  private final long mostTableEntries;
  private int at;
  private long bits;
  private int bitCount;
  private long tableEntries;

  /**
   * A decoder of one picture.
   *
   * @param content the file
   * @param start where the bits begin, behind the signature and the size where those are there
   * @param end where they end at the latest
   * @param mostTableEntries how many numbers of 4 bytes tables may take
   */
  LosslessWebp(byte[] content, int start, int end, long mostTableEntries, DecodingGuard guard) {
    this.content = content;
    this.at = start;
    this.end = end;
    this.mostTableEntries = mostTableEntries;
    this.guard = guard;
  }

  /**
   * The pixels.
   *
   * @return alpha, red, green and blue, not multiplied with each other
   */
  int[] decode(int width, int height) throws IOException {
    Transform[] transforms = new Transform[4];
    int count = 0;
    int codedWidth = width;
    for (int seen = 0; read(1) == 1; count++) {
      int kind = read(2);
      if ((seen & 1 << kind) != 0) {
        throw new IOException("the same transform comes twice");
      }
      seen |= 1 << kind;
      transforms[count] = transform(kind, codedWidth, height);
      codedWidth = transforms[count].codedWidth();
    }
    int[] pixels = pixels(codedWidth, height, true);
    for (int i = count - 1; i >= 0; i--) {
      pixels = inverse(transforms[i], pixels, height);
    }
    return pixels;
  }

  /** What was done to a picture before it was coded; bits as its kind has it. */
  private record Transform(int kind, int width, int bits, int[] data) {
    int codedWidth() {
      return kind == 3 ? blocks(width, bits) : width;
    }
  }

  private Transform transform(int kind, int width, int height) throws IOException {
    switch (kind) {
      case 0, 1 -> {
        int size = 2 + read(3);
        return new Transform(
            kind, width, size, pixels(blocks(width, size), blocks(height, size), false));
      }
      case 2 -> {
        return new Transform(kind, width, 0, new int[0]);
      }
      default -> {
        int colors = 1 + read(8);
        int[] palette = Arrays.copyOf(pixels(colors, 1, false), 256);
        for (int i = 1; i < colors; i++) {
          palette[i] = sum(palette[i], palette[i - 1]);
        }
        int packed = colors > 16 ? 0 : colors > 4 ? 1 : colors > 2 ? 2 : 3;
        return new Transform(kind, width, packed, palette);
      }
    }
  }

  private static int blocks(int size, int bits) {
    return (size + (1 << bits) - 1) >> bits;
  }

  // Pixels from bits

  private int[] pixels(int width, int height, boolean outermost) throws IOException {
    int cacheBits = 0;
    if (read(1) == 1) {
      cacheBits = read(4);
      if (cacheBits < 1 || cacheBits > MOST_CACHE_BITS) {
        throw new IOException("a colour cache of " + cacheBits + " bits");
      }
    }
    int blockBits = 0;
    int[] groupOf = {0};
    int named = 1;
    if (outermost && read(1) == 1) {
      blockBits = 2 + read(3);
      groupOf = pixels(blocks(width, blockBits), blocks(height, blockBits), false);
      for (int i = 0; i < groupOf.length; i++) {
        groupOf[i] = groupOf[i] >> 8 & 0xffff;
        named = Math.max(named, groupOf[i] + 1);
      }
    }
    Code[][] groups = groups(groupOf, named, cacheBits);
    return pixels(width, height, cacheBits, blockBits, groupOf, groups);
  }

  /** Of groups of codes, those that are used; all have to be read. */
  private Code[][] groups(int[] groupOf, int named, int cacheBits) throws IOException {
    boolean[] used = new boolean[named];
    for (int group : groupOf) {
      used[group] = true;
    }
    int[] alphabets = {
      256 + LENGTHS + (cacheBits == 0 ? 0 : 1 << cacheBits), 256, 256, 256, DISTANCES
    };
    Code[][] groups = new Code[named][];
    int[] lengths = new int[alphabets[0]];
    for (int i = 0; i < named; i++) {
      guard.check();
      Code[] group = new Code[alphabets.length];
      for (int k = 0; k < group.length; k++) {
        Code code = code(lengths, alphabets[k], used[i]);
        group[k] = code;
      }
      if (used[i]) {
        groups[i] = group;
      }
    }
    return groups;
  }

  private int[] pixels(
      int width, int height, int cacheBits, int blockBits, int[] groupOf, Code[][] groups)
      throws IOException {
    int[] pixels = new int[width * height];
    int[] cache = new int[cacheBits == 0 ? 0 : 1 << cacheBits];
    int shift = 32 - cacheBits;
    int blocksAcross = blockBits == 0 ? 1 : blocks(width, blockBits);
    int inBlock = blockBits == 0 ? -1 : (1 << blockBits) - 1;
    Code[] group = groups[groupOf[0]];
    int x = 0;
    int y = 0;
    for (int i = 0; i < pixels.length; ) {
      if (blockBits > 0 && (x & inBlock) == 0) {
        group = groups[groupOf[(y >> blockBits) * blocksAcross + (x >> blockBits)]];
      }
      int symbol = symbol(group[0]);
      if (symbol < 256) {
        int red = symbol(group[1]);
        int blue = symbol(group[2]);
        int alpha = symbol(group[3]);
        int pixel = alpha << 24 | red << 16 | symbol << 8 | blue;
        pixels[i++] = pixel;
        if (cacheBits > 0) {
          cache[0x1e35a7bd * pixel >>> shift] = pixel;
        }
        x++;
      } else if (symbol < 256 + LENGTHS) {
        int length = number(symbol - 256);
        int distance = distance(number(symbol(group[4])), width);
        if (distance > i || length > pixels.length - i) {
          throw new IOException("a copy of pixels that are not there");
        }
        for (int k = 0; k < length; k++, i++) {
          int pixel = pixels[i - distance];
          pixels[i] = pixel;
          if (cacheBits > 0) {
            cache[0x1e35a7bd * pixel >>> shift] = pixel;
          }
        }
        x += length;
        if (blockBits > 0 && i < pixels.length) {
          int column = x % width;
          int row = y + x / width;
          group = groups[groupOf[(row >> blockBits) * blocksAcross + (column >> blockBits)]];
        }
      } else {
        int pixel = cache[symbol - 256 - LENGTHS];
        pixels[i++] = pixel;
        cache[0x1e35a7bd * pixel >>> shift] = pixel;
        x++;
      }
      while (x >= width) {
        x -= width;
        y++;
        guard.check();
      }
    }
    return pixels;
  }

  /** A length or a distance, of which the symbol tells the size. */
  private int number(int symbol) throws IOException {
    if (symbol < 4) {
      return symbol + 1;
    }
    int extra = symbol - 2 >> 1;
    return ((2 + (symbol & 1)) << extra) + read(extra) + 1;
  }

  private static int distance(int number, int width) {
    if (number > NEAR.length / 2) {
      return number - NEAR.length / 2;
    }
    return Math.max(1, NEAR[2 * number - 2] + NEAR[2 * number - 1] * width);
  }

  // Codes

  /** A prefix code: its only symbol, or a table by the next bits. */
  private record Code(int only, int rootBits, int[] table) {}

  private static final int ROOT_BITS = 8;
  private static final int LONGER = 1 << 31;

  private Code code(int[] lengths, int alphabet, boolean used) throws IOException {
    Arrays.fill(lengths, 0);
    if (read(1) == 1) {
      boolean two = read(1) == 1;
      int first = read(read(1) == 1 ? 8 : 1);
      int second = two ? read(8) : first;
      if (Math.max(first, second) >= alphabet) {
        throw new IOException("a code for a symbol that does not exist");
      }
      lengths[first] = 1;
      lengths[second] = 1;
    } else {
      readLengths(lengths, alphabet);
    }
    return used ? code(lengths, alphabet) : new Code(0, 0, new int[0]);
  }

  private void readLengths(int[] lengths, int alphabet) throws IOException {
    int[] ofLengths = new int[ORDER.length];
    int count = 4 + read(4);
    for (int i = 0; i < count; i++) {
      ofLengths[ORDER[i]] = read(3);
    }
    Code code = code(ofLengths, ofLengths.length);
    int left = read(1) == 1 ? 2 + read(2 + 2 * read(3)) : alphabet;
    int previous = 8;
    for (int i = 0; i < alphabet && left > 0; left--) {
      int symbol = symbol(code);
      if (symbol < 16) {
        lengths[i++] = symbol;
        previous = symbol == 0 ? previous : symbol;
        continue;
      }
      int times = symbol == 16 ? 3 + read(2) : symbol == 17 ? 3 + read(3) : 11 + read(7);
      if (times > alphabet - i) {
        throw new IOException("a code of too many symbols");
      }
      Arrays.fill(lengths, i, i + times, symbol == 16 ? previous : 0);
      i += times;
    }
  }

  /** The canonical code of given lengths; the first bit that is read is a code's highest. */
  private Code code(int[] lengths, int alphabet) throws IOException {
    int[] counts = new int[16];
    int only = 0;
    int longest = 0;
    for (int symbol = 0; symbol < alphabet; symbol++) {
      if (lengths[symbol] > 0) {
        counts[lengths[symbol]]++;
        longest = Math.max(longest, lengths[symbol]);
        only = symbol;
      }
    }
    int symbols = Arrays.stream(counts).sum();
    if (symbols == 1) {
      return new Code(only, 0, new int[0]);
    }
    int[] next = new int[17];
    int free = 1;
    for (int length = 1; length <= 15; length++) {
      free = 2 * free - counts[length];
      next[length + 1] = next[length] + counts[length] << 1;
    }
    if (symbols == 0 || free != 0) {
      throw new IOException("a code that is not complete");
    }
    int root = Math.min(ROOT_BITS, longest);
    int mask = (1 << root) - 1;
    int[] codes = new int[alphabet];
    int[] longestBelow = new int[1 << root];
    for (int symbol = 0; symbol < alphabet; symbol++) {
      int length = lengths[symbol];
      if (length > 0) {
        codes[symbol] = Integer.reverse(next[length]++) >>> 32 - length;
        longestBelow[codes[symbol] & mask] = Math.max(longestBelow[codes[symbol] & mask], length);
      }
    }
    int size = 1 << root;
    int[] places = new int[1 << root];
    for (int i = 0; i <= mask; i++) {
      if (longestBelow[i] > root) {
        places[i] = size;
        size += 1 << longestBelow[i] - root;
      }
    }
    tableEntries += size;
    if (tableEntries > mostTableEntries) {
      throw new IOException(
          "it takes more memory than the tables that a picture of its size needs");
    }
    int[] table = new int[size];
    for (int i = 0; i <= mask; i++) {
      if (places[i] > 0) {
        table[i] = LONGER | places[i] << 4 | longestBelow[i] - root;
      }
    }
    for (int symbol = 0; symbol < alphabet; symbol++) {
      int length = lengths[symbol];
      int code = codes[symbol];
      if (length > 0 && length <= root) {
        for (int i = code; i <= mask; i += 1 << length) {
          table[i] = symbol << 4 | length;
        }
      } else if (length > 0) {
        int place = places[code & mask];
        int all = 1 << longestBelow[code & mask] - root;
        for (int i = code >> root; i < all; i += 1 << length - root) {
          table[place + i] = symbol << 4 | length - root;
        }
      }
    }
    return new Code(-1, root, table);
  }

  private int symbol(Code code) throws IOException {
    if (code.only >= 0) {
      return code.only;
    }
    if (bitCount < 15) {
      fill();
    }
    int entry = code.table[(int) bits & (1 << code.rootBits) - 1];
    if (entry < 0) {
      drop(code.rootBits);
      int place = (entry & ~LONGER) >> 4;
      entry = code.table[place + ((int) bits & (1 << (entry & 15)) - 1)];
    }
    drop(entry & 15);
    return entry >> 4;
  }

  // Bits, the lowest first

  private int read(int count) throws IOException {
    if (bitCount < count) {
      fill();
    }
    int value = (int) bits & (1 << count) - 1;
    drop(count);
    return value;
  }

  private void drop(int count) throws IOException {
    if (count > bitCount) {
      throw new EOFException("the data end too early");
    }
    bits >>>= count;
    bitCount -= count;
  }

  private void fill() {
    while (bitCount <= 48 && at < end) {
      bits |= (content[at++] & 0xffL) << bitCount;
      bitCount += 8;
    }
  }

  // Transforms back

  private int[] inverse(Transform transform, int[] pixels, int height) {
    switch (transform.kind) {
      case 0 -> unpredict(transform, pixels, height);
      case 1 -> uncorrelate(transform, pixels, height);
      case 2 -> {
        for (int i = 0; i < pixels.length; i++) {
          int pixel = pixels[i];
          int green = pixel >> 8 & 0xff;
          pixels[i] = pixel & 0xff00ff00 | (pixel & 0xff00ff) + (green << 16 | green) & 0xff00ff;
        }
      }
      default -> {
        return unindexed(transform, pixels, height);
      }
    }
    return pixels;
  }

  private int[] unindexed(Transform transform, int[] pixels, int height) {
    int width = transform.width;
    int packed = transform.bits;
    int[] palette = transform.data;
    if (packed == 0) {
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = palette[pixels[i] >> 8 & 0xff];
      }
      return pixels;
    }
    int codedWidth = transform.codedWidth();
    int bitsEach = 8 >> packed;
    int inByte = (1 << packed) - 1;
    int mask = (1 << bitsEach) - 1;
    int[] whole = new int[width * height];
    for (int y = 0; y < height; y++) {
      guard.check();
      for (int x = 0; x < width; x++) {
        int indices = pixels[y * codedWidth + (x >> packed)] >> 8 & 0xff;
        whole[y * width + x] = palette[indices >> (x & inByte) * bitsEach & mask];
      }
    }
    return whole;
  }

  private void uncorrelate(Transform transform, int[] pixels, int height) {
    int width = transform.width;
    int across = blocks(width, transform.bits);
    for (int y = 0; y < height; y++) {
      guard.check();
      for (int x = 0; x < width; x++) {
        int factors = transform.data[(y >> transform.bits) * across + (x >> transform.bits)];
        int pixel = pixels[y * width + x];
        byte green = (byte) (pixel >> 8);
        int red = (pixel >> 16) + ((byte) factors * green >> 5) & 0xff;
        int blue =
            pixel
                    + ((byte) (factors >> 8) * green >> 5)
                    + ((byte) (factors >> 16) * (byte) red >> 5)
                & 0xff;
        pixels[y * width + x] = pixel & 0xff00ff00 | red << 16 | blue;
      }
    }
  }

  private void unpredict(Transform transform, int[] pixels, int height) {
    int width = transform.width;
    int across = blocks(width, transform.bits);
    pixels[0] = sum(pixels[0], 0xff000000);
    for (int x = 1; x < width; x++) {
      pixels[x] = sum(pixels[x], pixels[x - 1]);
    }
    for (int y = 1; y < height; y++) {
      guard.check();
      int row = y * width;
      pixels[row] = sum(pixels[row], pixels[row - width]);
      for (int x = 1; x < width; x++) {
        int i = row + x;
        int mode = transform.data[(y >> transform.bits) * across + (x >> transform.bits)] >> 8 & 15;
        int left = pixels[i - 1];
        int top = pixels[i - width];
        int topLeft = pixels[i - width - 1];
        // Right of the last column comes the first of the row in between.
        int topRight = pixels[i - width + 1];
        pixels[i] = sum(pixels[i], predicted(mode, left, top, topLeft, topRight));
      }
    }
  }

  private static int predicted(int mode, int left, int top, int topLeft, int topRight) {
    return switch (mode) {
      case 1 -> left;
      case 2 -> top;
      case 3 -> topRight;
      case 4 -> topLeft;
      case 5 -> mean(mean(left, topRight), top);
      case 6 -> mean(left, topLeft);
      case 7 -> mean(left, top);
      case 8 -> mean(topLeft, top);
      case 9 -> mean(top, topRight);
      case 10 -> mean(mean(left, topLeft), mean(top, topRight));
      case 11 -> closer(left, top, topLeft);
      case 12 -> clamped(left, top, topLeft, false);
      case 13 -> clamped(mean(left, top), 0, topLeft, true);
      default -> 0xff000000;
    };
  }

  private static int mean(int a, int b) {
    return ((a ^ b) >>> 1 & 0x7f7f7f7f) + (a & b);
  }

  private static int sum(int a, int b) {
    return (a & 0xff00ff00) + (b & 0xff00ff00) & 0xff00ff00
        | (a & 0xff00ff) + (b & 0xff00ff) & 0xff00ff;
  }

  private static int closer(int left, int top, int topLeft) {
    int toLeft = 0;
    int toTop = 0;
    for (int shift = 0; shift < 32; shift += 8) {
      int corner = topLeft >> shift & 0xff;
      toLeft += Math.abs((top >> shift & 0xff) - corner);
      toTop += Math.abs((left >> shift & 0xff) - corner);
    }
    return toLeft < toTop ? left : top;
  }

  /** Of each channel a + b - c, or a + (a - c) / 2, cut off at 0 and 255. */
  private static int clamped(int a, int b, int c, boolean half) {
    int pixel = 0;
    for (int shift = 0; shift < 32; shift += 8) {
      int first = a >> shift & 0xff;
      int third = c >> shift & 0xff;
      int value = half ? first + (first - third) / 2 : first + (b >> shift & 0xff) - third;
      pixel |= Math.max(0, Math.min(255, value)) << shift;
    }
    return pixel;
  }
}
