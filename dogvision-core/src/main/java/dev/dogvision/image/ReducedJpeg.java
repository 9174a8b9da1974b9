package dev.dogvision.image;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decodes plain JPEGs to a half, a quarter or an eighth of their width and height, without the work
 * that such a picture does not show.
 *
 * <p>A pixel is the mean of those it stands for, as far as the low frequencies tell: of a block's
 * 64 coefficients those count that come before {@link #COUNTED}. What is left of the block is
 * passed over, several codes by one look into a table, and never becomes numbers.
 *
 * <p>Whatever is amiss is told by an exception: a code that no table has, coefficients beyond a
 * block's last, data that end before their scan does or go on after it, a restart marker that is
 * not the next one. Baseline only, in one scan; all else is left to others.
 */
final class ReducedJpeg {
  /** By which a code is looked up; longer ones are rare. */
  private static final int LOOK = 12;

  private static final int LONGEST_CODE = 16;
  private static final int SIZE = 8;
  private static final int COEFFICIENTS = SIZE * SIZE;

  /** The most extra bits that a value of 8-bit pictures has. */
  private static final int MOST_BITS = 11;

  private static final int MOST_BITS_OF_SYMBOL = LONGEST_CODE + MOST_BITS;

  /**
   * For blocks of 1, 2 and 4 pixels a side, by the logarithm, how many coefficients count. The mean
   * of half a block depends on some behind these, too, by less than what the resizing that follows
   * averages out.
   */
  private static final int[] COUNTED = {1, 10, 28};

  /** What a block is of whose coefficients are all 0; and a half, for rounding. */
  private static final float MIDDLE = 128.5f;

  private static final float HALF_1 = mean(1, 0, 4);
  private static final float HALF_3 = mean(3, 0, 4);
  private static final float OUTER_1 = mean(1, 0, 2);
  private static final float OUTER_2 = mean(2, 0, 2);
  private static final float OUTER_3 = mean(3, 0, 2);
  private static final float OUTER_5 = mean(5, 0, 2);
  private static final float OUTER_6 = mean(6, 0, 2);
  private static final float INNER_1 = mean(1, 2, 4);
  private static final float INNER_2 = mean(2, 2, 4);
  private static final float INNER_3 = mean(3, 2, 4);
  private static final float INNER_5 = mean(5, 2, 4);
  private static final float INNER_6 = mean(6, 2, 4);

  /** Where a coefficient is in its block. */
  private static final int[] PLACE = new int[COEFFICIENTS];

  // As the format orders coefficients: along diagonals, there and back.
  static {
    int column = 0;
    int row = 0;
    for (int k = 0; k < COEFFICIENTS; k++) {
      PLACE[k] = SIZE * row + column;
      boolean up = (column + row) % 2 == 0;
      if (up ? column == SIZE - 1 : column == 0 && row < SIZE - 1) {
        row++;
      } else if (row == (up ? 0 : SIZE - 1)) {
        column++;
      } else {
        column += up ? 1 : -1;
        row += up ? -1 : 1;
      }
    }
  }

  /** The codes of a table. */
  private static final class Codes {
    /** In the tables: that the block ends there. */
    static final int END = 1 << 15;

    /** Where in an entry lies how many coefficients further it leads; below are its bits. */
    static final int ADVANCE = 5;

    static final int BITS = (1 << ADVANCE) - 1;

    /** By the next bits: the symbol, and above it the code's length; 0 where it is a longer one. */
    final short[] symbols = new short[1 << LOOK];

    /**
     * By the next bits: what one code and its extra bits say: a value in the upper half, and how
     * many coefficients it passes over; 0 where they are longer.
     */
    final int[] values = new int[1 << LOOK];

    /** By the next bits: how far several codes lead together, each with its extra bits. */
    final short[] skips = new short[1 << LOOK];

    final int bytes;
    private final byte[] all;
    private final int[] firstPlace = new int[LONGEST_CODE + 1];
    private final int[] firstCode = new int[LONGEST_CODE + 1];
    private final int[] count = new int[LONGEST_CODE + 1];

    Codes(byte[] content, int start, int length, boolean ac) throws IOException {
      int places = 0;
      int code = 0;
      for (int bits = 1; bits <= LONGEST_CODE; bits++) {
        count[bits] = content[start + bits - 1] & 0xff;
        firstPlace[bits] = places;
        firstCode[bits] = code;
        places += count[bits];
        code += count[bits];
        // Ones alone are no code.
        check(count[bits] == 0 || code < 1 << bits, "a table has more codes than there are");
        code <<= 1;
      }
      bytes = LONGEST_CODE + places;
      check(places <= 256 && bytes <= length, "a table of codes is cut");
      all = Arrays.copyOfRange(content, start + LONGEST_CODE, start + bytes);
      for (byte symbol : all) {
        check(ac || (symbol & 0xff) <= 15, "a table has values of too many bits");
      }
      for (int bits = 1; bits <= LOOK; bits++) {
        for (int i = 0; i < count[bits]; i++) {
          int from = (firstCode[bits] + i) << (LOOK - bits);
          short entry = (short) (bits << 8 | (all[firstPlace[bits] + i] & 0xff));
          Arrays.fill(symbols, from, from + (1 << (LOOK - bits)), entry);
        }
      }
      for (int look = 0; look < 1 << LOOK; look++) {
        values[look] = value(look, ac);
        skips[look] = ac ? skip(look) : 0;
      }
    }

    private int value(int look, boolean ac) {
      int entry = symbols[look];
      int symbol = entry & 0xff;
      int size = symbol & 15;
      int bits = (entry >> 8) + size;
      if (entry == 0 || bits > LOOK || (!ac && symbol > MOST_BITS)) {
        return 0;
      }
      if (size == 0 && ac) {
        return symbol == 0 ? END | bits : symbol == 0xf0 ? 15 << ADVANCE | bits : 0;
      }
      int value = ReducedJpeg.value(look >> (LOOK - bits) & (1 << size) - 1, size);
      return value << 16 | symbol >> 4 << ADVANCE | bits;
    }

    private short skip(int look) {
      int taken = 0;
      int advance = 0;
      while (true) {
        int entry = symbols[look << taken & (1 << LOOK) - 1];
        int symbol = entry & 0xff;
        int bits = (entry >> 8) + (symbol & 15);
        if (entry == 0 || taken + bits > LOOK) {
          break;
        }
        if ((symbol & 15) == 0 && symbol != 0xf0) {
          if (symbol == 0) {
            return (short) (END | advance << ADVANCE | taken + bits);
          }
          break;
        }
        taken += bits;
        advance += (symbol >> 4) + 1;
      }
      return (short) (advance << ADVANCE | taken);
    }

    /** A code that is too long to be looked up, with its length above. */
    int longSymbol(int next) throws IOException {
      for (int bits = LOOK + 1; bits <= LONGEST_CODE; bits++) {
        int place = (next >> (LONGEST_CODE - bits)) - firstCode[bits];
        if (place >= 0 && place < count[bits]) {
          return bits << 8 | (all[firstPlace[bits] + place] & 0xff);
        }
      }
      throw new IOException("a code that no table has");
    }
  }

  /** A colour component, and the pixels of it in one row of units. */
  private static final class Component {
    final int across;
    final int down;

    /** Pixels along either side of a block: 1, 2 or 4. */
    final int side;

    final int counted;
    final Codes dc;
    final Codes ac;

    /** By coefficient, in the order of the file, its unit. */
    final float[] quantities = new float[COEFFICIENTS];

    /** Of one block, row by row, of which those that count are 0 between blocks. */
    final float[] coefficients = new float[COEFFICIENTS];

    final byte[] pixels;
    final int stride;

    /** By how much its pixels are further apart than those of the picture, as powers of two. */
    final int wider;

    final int higher;
    int previousDc;

    Component(
        int across,
        int down,
        int side,
        int wider,
        int higher,
        int units,
        int[] quantities,
        Codes dc,
        Codes ac) {
      this.across = across;
      this.down = down;
      this.side = side;
      this.wider = wider;
      this.higher = higher;
      this.dc = dc;
      this.ac = ac;
      counted = COUNTED[31 - Integer.numberOfLeadingZeros(side)];
      for (int k = 0; k < COEFFICIENTS; k++) {
        this.quantities[k] = quantities[k] / 8f;
      }
      stride = units * across * side;
      pixels = new byte[stride * down * side];
    }

    /** Turns the coefficients that were read into pixels. */
    void write(int left, int top) {
      int to = top * stride + left;
      switch (side) {
        case 1 -> pixels[to] = pixel(coefficients[0] + MIDDLE);
        case 2 -> writeFour(to);
        default -> writeSixteen(to);
      }
    }

    /** Of waves that are even in one direction, halves have a mean of zero. */
    private void writeFour(int to) {
      float[] c = coefficients;
      float across = HALF_1 * c[1] + HALF_3 * c[3];
      float down = HALF_1 * c[8] + HALF_3 * c[24];
      float both = HALF_1 * HALF_1 * c[9];
      float upper = c[0] + MIDDLE + down;
      float lower = c[0] + MIDDLE - down;
      pixels[to] = pixel(upper + across + both);
      pixels[to + 1] = pixel(upper - across - both);
      pixels[to + stride] = pixel(lower + across - both);
      pixels[to + stride + 1] = pixel(lower - across + both);
      for (int row = 0; row < 4; row++) {
        for (int column = 0; column < 4; column++) {
          c[SIZE * row + column] = 0;
        }
      }
    }

    /** First along the rows, then along the columns. */
    private void writeSixteen(int to) {
      float[] c = coefficients;
      c[0] += MIDDLE;
      for (int row = 0; row < SIZE - 1; row++) {
        quarters(c, SIZE * row, 1);
      }
      for (int column = 0; column < 4; column++) {
        quarters(c, column, SIZE);
      }
      for (int y = 0; y < 4; y++) {
        for (int x = 0; x < 4; x++) {
          pixels[to + y * stride + x] = pixel(c[SIZE * y + x]);
        }
      }
      Arrays.fill(c, 0);
    }

    /** The means of a row's or column's quarters, in place of its first four coefficients. */
    private static void quarters(float[] c, int at, int step) {
      float c0 = c[at];
      float c1 = c[at + step];
      float c2 = c[at + 2 * step];
      float c3 = c[at + 3 * step];
      float c5 = c[at + 5 * step];
      float c6 = c[at + 6 * step];
      float outer = c0 + OUTER_2 * c2 + OUTER_6 * c6;
      float inner = c0 + INNER_2 * c2 + INNER_6 * c6;
      float outerOdd = OUTER_1 * c1 + OUTER_3 * c3 + OUTER_5 * c5;
      float innerOdd = INNER_1 * c1 + INNER_3 * c3 + INNER_5 * c5;
      c[at] = outer + outerOdd;
      c[at + step] = inner + innerOdd;
      c[at + 2 * step] = inner - innerOdd;
      c[at + 3 * step] = outer - outerOdd;
    }

    private static byte pixel(float rounded) {
      int value = (int) rounded;
      return (byte) Math.max(0, Math.min(value, 255));
    }
  }

  /** The mean of a wave over some of a block's first pixels, where a constant has 1. */
  private static float mean(int frequency, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += Math.sqrt(2) * Math.cos((2 * i + 1) * frequency * Math.PI / (2 * SIZE));
    }
    return (float) (sum / (to - from));
  }

  private final byte[] content;
  private final int reduction;
  private final int[] @Nullable [] quantities = new int[4][];
  private final @Nullable Codes[] dcCodes = new Codes[4];
  private final @Nullable Codes[] acCodes = new Codes[4];
  private int restartInterval;

  /** Where the data of the scan go on in the content, and end. */
  private int position;

  private int end;

  /**
   * The data up to the next marker, without the zeros that the format puts behind bytes of ones;
   * after their end there is room for a look.
   */
  private byte[] data = {};

  private int length;

  /** Which byte of the data a look begins with, and how many bits from there on are taken. */
  private int at;

  private int taken;

  private ReducedJpeg(byte[] content, int reduction) {
    this.content = content;
    this.reduction = reduction;
  }

  /**
   * Decodes a file.
   *
   * @param jpeg what is known of it: plain, in one piece
   * @param reduction 2, 4 or 8
   * @param guard asked whether to end, between rows
   * @return a picture of its size divided by the reduction, rounded up
   * @throws IOException if anything is amiss
   */
  static RgbImage decode(JpegStructure jpeg, int reduction, DecodingGuard guard)
      throws IOException {
    try {
      return new ReducedJpeg(jpeg.content, reduction).read(jpeg, guard);
    } catch (IndexOutOfBoundsException e) {
      throw new IOException("data end before their scan does", e);
    }
  }

  private static void check(boolean right, String problem) throws IOException {
    if (!right) {
      throw new IOException(problem);
    }
  }

  private RgbImage read(JpegStructure jpeg, DecodingGuard guard) throws IOException {
    int frame = -1;
    var parts = jpeg.essentials();
    for (int i = 0; i < parts.length(); i += 2) {
      int start = parts.get(i) + 4;
      int length = jpeg.big16(start - 2) - 2;
      switch (jpeg.unsigned(start - 3)) {
        case 0xc0, 0xc1 -> frame = start;
        case 0xc4 -> readCodes(jpeg, start, length);
        case 0xdb -> readQuantities(jpeg, start, length);
        case 0xdd -> restartInterval = jpeg.big16(start);
        case 0xda -> {
          check(frame > 0, "no frame before its scan");
          position = start + length;
          end = parts.get(i + 1);
          return readScan(jpeg, frame, start, guard);
        }
        default -> throw new IOException("a segment of another process");
      }
    }
    throw new IOException("no scan");
  }

  private void readQuantities(JpegStructure jpeg, int start, int length) throws IOException {
    int at = start;
    while (at < start + length) {
      int kind = jpeg.unsigned(at++);
      int bytes = kind >> 4 == 0 ? 1 : 2;
      check(
          kind >> 4 <= 1 && (kind & 15) < 4 && at + bytes * COEFFICIENTS <= start + length,
          "a table of quantities is cut");
      int[] table = new int[COEFFICIENTS];
      for (int k = 0; k < COEFFICIENTS; k++, at += bytes) {
        table[k] = bytes == 1 ? jpeg.unsigned(at) : jpeg.big16(at);
      }
      quantities[kind & 15] = table;
    }
  }

  private void readCodes(JpegStructure jpeg, int start, int length) throws IOException {
    int at = start;
    while (at < start + length) {
      int kind = jpeg.unsigned(at++);
      check(
          kind >> 4 <= 1 && (kind & 15) < 4 && at + LONGEST_CODE <= start + length,
          "a table of codes is cut");
      boolean ac = kind >> 4 == 1;
      Codes codes = new Codes(content, at, start + length - at, ac);
      (ac ? acCodes : dcCodes)[kind & 15] = codes;
      at += codes.bytes;
    }
  }

  private RgbImage readScan(JpegStructure jpeg, int frame, int scan, DecodingGuard guard)
      throws IOException {
    int count = jpeg.components;
    int across = count == 1 ? 1 : jpeg.across();
    int down = count == 1 ? 1 : jpeg.down();
    int unitsAcross = units(jpeg.width, across);
    int unitsDown = units(jpeg.height, down);
    Component[] components = new Component[count];
    check(jpeg.unsigned(scan) == count, "its scan does not hold all components");
    for (int i = 0; i < count; i++) {
      int at = frame + 6 + 3 * i;
      check(
          jpeg.unsigned(scan + 1 + 2 * i) == jpeg.unsigned(at), "components are in another order");
      int sampling = count == 1 ? 0x11 : jpeg.unsigned(at + 1);
      int itsAcross = sampling >> 4;
      int itsDown = sampling & 15;
      check(
          itsAcross > 0 && itsDown > 0 && across % itsAcross == 0 && down % itsDown == 0,
          "components of an uneven sampling");
      int tables = jpeg.unsigned(scan + 2 + 2 * i);
      check((tables >> 4) < 4 && (tables & 15) < 4, "a table of a number beyond 3");
      int[] its = quantities[jpeg.unsigned(at + 2) & 3];
      Codes dc = dcCodes[tables >> 4];
      Codes ac = acCodes[tables & 15];
      check(its != null && dc != null && ac != null, "a table is missing");
      components[i] =
          component(
              itsAcross, itsDown, across / itsAcross, down / itsDown, unitsAcross, its, dc, ac);
    }
    int width = (int) ((jpeg.width + reduction - 1) / reduction);
    int height = (int) ((jpeg.height + reduction - 1) / reduction);
    int rows = SIZE / reduction * down;
    byte[] rgb = new byte[3 * width * height];
    int untilRestart = restartInterval > 0 ? restartInterval : Integer.MAX_VALUE;
    int restarts = 0;
    data = new byte[end - position + Long.BYTES];
    begin(components);
    for (int y = 0; y < unitsDown; y++) {
      guard.check();
      for (int x = 0; x < unitsAcross; x++) {
        if (untilRestart-- == 0) {
          restart(restarts++, components);
          untilRestart = restartInterval - 1;
        }
        for (Component component : components) {
          for (int v = 0; v < component.down; v++) {
            for (int h = 0; h < component.across; h++) {
              readBlock(component);
              component.write((x * component.across + h) * component.side, v * component.side);
            }
          }
        }
      }
      int end = Math.min(rows, height - y * rows);
      for (int row = 0; row < end; row++) {
        write(components, row, width, rgb, 3 * width * (y * rows + row));
      }
    }
    checkEnd();
    check(position == this.end, "data go on after its scan");
    return new RgbImage(width, height, rgb);
  }

  /**
   * Colours that the file has fewer pixels of may get a larger part of them, which is hardly more
   * work up to four pixels a block.
   */
  private Component component(
      int across, int down, int wider, int higher, int units, int[] its, Codes dc, Codes ac)
      throws IOException {
    check(
        Integer.bitCount(wider) == 1 && Integer.bitCount(higher) == 1,
        "components of an uneven sampling");
    int side = SIZE / reduction;
    int left = wider;
    int top = higher;
    while (left > 1 && top > 1 && side < 2) {
      side *= 2;
      left /= 2;
      top /= 2;
    }
    return new Component(
        across,
        down,
        side,
        Integer.numberOfTrailingZeros(left),
        Integer.numberOfTrailingZeros(top),
        units,
        its,
        dc,
        ac);
  }

  /** Goes on behind a marker. */
  private void begin(Component[] components) throws IOException {
    at = 0;
    taken = 0;
    length = 0;
    while (position < end) {
      int from = position;
      position = JpegStructure.nextOnes(content, position, end);
      System.arraycopy(content, from, data, length, position - from);
      length += position - from;
      if (position + 1 >= end || content[position + 1] != 0) {
        break;
      }
      data[length++] = (byte) 0xff;
      position += 2;
    }
    for (Component component : components) {
      component.previousDc = 0;
    }
  }

  /** That neither bits are missing nor more than those are left that fill a byte. */
  private void checkEnd() throws IOException {
    long left = 8L * (length - at) - taken;
    check(left >= 0, "data end before their scan does");
    check(left < 8, "data go on after their scan");
  }

  private void restart(int number, Component[] components) throws IOException {
    checkEnd();
    check(
        position + 1 < end
            && content[position] == (byte) 0xff
            && (content[position + 1] & 0xff) == 0xd0 + number % 8,
        "a restart marker is missing");
    position += 2;
    begin(components);
  }

  /** Bits as a value, of which the lower half of the range is negative. */
  private static int value(int bits, int size) {
    return size > 0 && bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
  }

  /**
   * Reads a block's coefficients that count, and passes over the others. What a damaged file has it
   * read beyond the data's end is found at its end, or ends with an exception of the array's.
   */
  private void readBlock(Component component) throws IOException {
    byte[] data = this.data;
    int at = this.at + (taken >>> 3);
    int taken = this.taken & 7;
    long window = (long) JpegStructure.LONGS.get(data, at) << taken;
    Codes codes = component.dc;
    int[] values = codes.values;
    float[] coefficients = component.coefficients;
    float[] quantities = component.quantities;
    int counted = component.counted;
    int k = 0;
    do {
      if (taken > Long.SIZE - MOST_BITS_OF_SYMBOL) {
        at += taken >>> 3;
        taken &= 7;
        window = (long) JpegStructure.LONGS.get(data, at) << taken;
      }
      int entry = values[(int) (window >>> (Long.SIZE - LOOK))];
      int value;
      if (entry != 0) {
        int bits = entry & Codes.BITS;
        window <<= bits;
        taken += bits;
        if ((entry & Codes.END) != 0) {
          this.at = at;
          this.taken = taken;
          return;
        }
        k += entry >> Codes.ADVANCE & 15;
        value = entry >> 16;
      } else {
        int symbol = symbol(codes, window);
        int size = symbol & 15;
        int bits = symbol >> 8;
        check(
            k == 0 ? (symbol & 0xff) <= MOST_BITS : size > 0 && size <= MOST_BITS,
            "a symbol that has no meaning");
        value = value((int) (window << bits >>> 1 >>> (Long.SIZE - 1 - size)), size);
        window <<= bits + size;
        taken += bits + size;
        k += symbol >> 4 & 15;
      }
      if (k == 0) {
        component.previousDc += value;
        coefficients[0] = component.previousDc * quantities[0];
        codes = component.ac;
        values = codes.values;
      } else if (k < counted) {
        coefficients[PLACE[k]] = value * quantities[k];
      }
      k++;
    } while (k < counted);
    short[] skips = component.ac.skips;
    while (k < COEFFICIENTS) {
      if (taken > Long.SIZE - LOOK) {
        at += taken >>> 3;
        taken &= 7;
        window = (long) JpegStructure.LONGS.get(data, at) << taken;
      }
      int entry = skips[(int) (window >>> (Long.SIZE - LOOK))];
      int next = k + (entry >> Codes.ADVANCE & 0x3ff);
      int ends = entry >>> 31;
      // Codes behind the block's last coefficient are the next block's.
      if (entry != 0 && next + ends <= COEFFICIENTS) {
        int bits = entry & Codes.BITS;
        window <<= bits;
        taken += bits;
        k = next;
        if (ends != 0) {
          break;
        }
      } else {
        at += taken >>> 3;
        taken &= 7;
        window = (long) JpegStructure.LONGS.get(data, at) << taken;
        int symbol = symbol(component.ac, window);
        int bits = (symbol >> 8) + (symbol & 15);
        window <<= bits;
        taken += bits;
        if ((symbol & 0xff) == 0) {
          break;
        }
        check((symbol & 15) > 0 || (symbol & 0xff) == 0xf0, "a symbol that has no meaning");
        k += (symbol >> 4 & 15) + 1;
      }
    }
    check(k <= COEFFICIENTS, "coefficients beyond a block's last");
    this.at = at;
    this.taken = taken;
  }

  /** A symbol, with its code's length above. */
  private static int symbol(Codes codes, long window) throws IOException {
    int entry = codes.symbols[(int) (window >>> (Long.SIZE - LOOK))];
    return entry != 0 ? entry : codes.longSymbol((int) (window >>> (Long.SIZE - LONGEST_CODE)));
  }

  private static void write(Component[] components, int row, int width, byte[] rgb, int start) {
    Component first = components[0];
    byte[] luma = first.pixels;
    int from = (row >> first.higher) * first.stride;
    int to = start;
    if (components.length == 1) {
      for (int x = 0; x < width; x++, to += 3) {
        byte grey = luma[from + x];
        rgb[to] = grey;
        rgb[to + 1] = grey;
        rgb[to + 2] = grey;
      }
      return;
    }
    Component second = components[1];
    Component third = components[2];
    byte[] blues = second.pixels;
    byte[] reds = third.pixels;
    int blueFrom = (row >> second.higher) * second.stride;
    int redFrom = (row >> third.higher) * third.stride;
    for (int x = 0; x < width; x++, to += 3) {
      int y = (luma[from + (x >> first.wider)] & 0xff) << 16 | 1 << 15;
      int blue = (blues[blueFrom + (x >> second.wider)] & 0xff) - 128;
      int red = (reds[redFrom + (x >> third.wider)] & 0xff) - 128;
      rgb[to] = clamped((y + 91881 * red) >> 16);
      rgb[to + 1] = clamped((y - 22554 * blue - 46802 * red) >> 16);
      rgb[to + 2] = clamped((y + 116130 * blue) >> 16);
    }
  }

  private static int units(long pixels, int blocks) {
    long unit = (long) SIZE * blocks;
    return (int) ((pixels + unit - 1) / unit);
  }

  private static byte clamped(int value) {
    return (byte) (value < 0 ? 0 : Math.min(value, 255));
  }
}
