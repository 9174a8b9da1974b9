package dev.dogvision.image;

import com.google.common.primitives.ImmutableIntArray;
import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A JPEG's segments and scans, to its end marker.
 *
 * <p>A decoder takes a file that ends without that marker for a picture all the same, and tells of
 * the first thing only that it stumbles over; a download that was cut and filled up with zeros even
 * decodes without a word. So a JPEG is whole here where its end marker is there, and its scans hold
 * all of every component.
 */
final class JpegStructure extends FileStructure {
  /** Photographs have some twenty; profiles and depth maps in pieces of 64 KB add up to more. */
  private static final int MOST_SEGMENTS = 4000;

  /** Encoders write up to some twenty, too. */
  private static final int MOST_SCANS = 100;

  private static final int COEFFICIENTS = 64;
  private static final byte NOT_YET = Byte.MAX_VALUE;

  /** What a sample takes in each scan, where a pixel of a plain picture takes 1. */
  private static final double WORK_PER_SCAN = 0.2;

  /** A scan of few samples takes hardly less. */
  private static final double FEWEST_SAMPLES = 0.7;

  /** A scan that holds nothing takes some 15 bytes, and time; readers are to stop between them. */
  private static final int PIECE = 64;

  /** The reader for four components is slower. */
  private static final double WORK_OF_FOUR_COMPONENTS = 3;

  /** Colours go through a profile row by row. */
  private static final double WORK_OF_PROFILE = 4;

  /**
   * What the bytes of scans take, where a pixel takes 1; those of usual photographs are in that.
   */
  private static final double WORK_PER_BYTE = 0.7;

  private static final double USUAL_WORK_OF_BYTES = 0.5;

  /** In several scans, where they mend the coefficients of those before. */
  private static final double WORK_PER_BYTE_OF_SCANS = 2.4;

  private static final String PROFILE = "ICC_PROFILE\0";

  /** The longest restart interval that can be written. */
  private static final int LONGEST_INTERVAL = 0xffff;

  private static final int MOST_PROFILE_BYTES = 4 << 20;

  /** Eight bytes of an array at once, the first in the highest bits. */
  static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final byte[] START = {(byte) 0xff, (byte) 0xd8};
  private static final byte[] END = {(byte) 0xff, (byte) 0xd9};

  /** Of version 1.01, with square pixels, without a thumbnail: says that colours are YCbCr. */
  private static final byte[] JFIF = {
    (byte) 0xff, (byte) 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0
  };

  private static final byte[] LONGEST_RESTARTS = {
    (byte) 0xff, (byte) 0xdd, 0, 4, (byte) 0xff, (byte) 0xff
  };

  /** Whether it is one in several passes over all of the picture. */
  boolean progressive;

  private int scans;

  private boolean dropsProfile;
  private boolean hasProfile;

  /** The kind of colours that its profile is for, as four letters. */
  private String profileSpace = "";

  /** How many bytes lie between segments and belong to none. */
  private int surplus;

  /** Where the picture ends, after its end marker. */
  private int end;

  private int[] identifiers = {};
  private double[] samplesPerPixel = {};

  /** By component and coefficient, how many bits of precision are still to come. */
  private byte[][] missingBits = {};

  private double scannedSamplesPerPixel;
  private long scannedBytes;

  /** Where segments begin and end that pixels depend on. */
  private final ImmutableIntArray.Builder essentials = ImmutableIntArray.builder();

  /** Where the pieces of a profile begin and end, each after its number and how many there are. */
  private final ImmutableIntArray.Builder profilePieces = ImmutableIntArray.builder();

  private int frames;
  private int precision;
  private boolean unusual;
  private boolean jfif;

  /** What an Adobe marker says of the colours; -1 without one. */
  private int adobeTransform = -1;

  private boolean hasRestarts;
  private int restartInterval;

  /** The largest sampling factors. */
  private int across = 1;

  private int down = 1;

  JpegStructure(byte[] content) {
    super(content);
    end = content.length;
  }

  @Override
  void read() {
    walk(null);
    double bytesAPixel = scannedBytes / (double) Math.max(1, width * height);
    if (scans > 1 || progressive) {
      // All coefficients are kept, outside of Java's heap.
      bytesPerPixel = 2 * Arrays.stream(samplesPerPixel).sum();
      workPerPixel =
          1 + WORK_PER_SCAN * scannedSamplesPerPixel + WORK_PER_BYTE_OF_SCANS * bytesAPixel;
    } else {
      workPerPixel += Math.max(0, WORK_PER_BYTE * bytesAPixel - USUAL_WORK_OF_BYTES);
    }
    if (components > 3) {
      bytesPerPixel += components;
      workPerPixel += WORK_OF_FOUR_COMPONENTS;
    }
    if (hasProfile && profileFits()) {
      workPerPixel += WORK_OF_PROFILE;
    }
    if (damage == null && !cut && lacksScans()) {
      damage = "cut short: scans of the picture are missing; fetch it again";
    }
  }

  @Override
  int piece() {
    return scans > 1 ? PIECE : Integer.MAX_VALUE;
  }

  @Override
  String work() {
    return scans + (scans == 1 ? " scan" : " scans") + " of " + components + " components";
  }

  /**
   * Without what lies between segments. A decoder would step over it with a warning, and say
   * nothing of what is wrong with the picture itself, since it tells of the first thing only. And
   * without a profile for colours of another kind, which the reader for four components tries anew
   * for each pixel.
   */
  @Override
  byte[] readable() {
    if (!isCopied()) {
      return content;
    }
    ByteArrayOutputStream kept = new ByteArrayOutputStream(end);
    JpegStructure copied = new JpegStructure(content);
    copied.dropsProfile = hasProfile && !profileFits();
    copied.walk(kept);
    return kept.toByteArray();
  }

  @Override
  boolean isCopied() {
    return surplus > 0 || (hasProfile && !profileFits());
  }

  private boolean profileFits() {
    return profileSpace.equals(components == 1 ? "GRAY" : components == 3 ? "RGB " : "CMYK");
  }

  /**
   * Whether it is of the kind that every decoder reads alike, with nothing about it that Java's own
   * reader would have a say in: Huffman codes of 8 bits, grey or YCbCr without doubt, in one piece.
   */
  boolean isPlain() {
    return isUsual() && (progressive || restartInterval > 0 || unitsOfScan() <= LONGEST_INTERVAL);
  }

  /** Whether it is as {@link #isPlain} says, baseline, and in one scan of all components. */
  boolean isBaseline() {
    return isUsual() && !progressive && scans == 1;
  }

  private boolean isUsual() {
    return damage == null
        && !cut
        && !unusual
        && surplus == 0
        && frames == 1
        && precision == 8
        && width > 0
        && height > 0
        && (components == 1 || hasPlainColors())
        && (!converts() || (components == 3 && profile() != null));
  }

  private boolean hasPlainColors() {
    boolean usual = Arrays.equals(identifiers, new int[] {1, 2, 3});
    return components == 3
        && (adobeTransform == -1 ? jfif || (exifLength > 0 && usual) : adobeTransform == 1);
  }

  /** Whether its colours are those of a profile. */
  private boolean converts() {
    return hasProfile && profileFits();
  }

  /** Converts its pixels to sRGB, in their place. */
  void convert(byte[] rgb) {
    byte[] profile = converts() ? profile() : null;
    if (profile != null) {
      ProfileConversions.ofProcess().apply(profile, rgb);
    }
  }

  /** Its profile, put together; null where pieces are missing or there are too many. */
  private byte @Nullable [] profile() {
    ImmutableIntArray pieces = profilePieces.build();
    int count = pieces.length() / 4;
    int length = 0;
    int[] places = new int[count];
    Arrays.fill(places, -1);
    for (int i = 0; i < pieces.length(); i += 4) {
      int number = pieces.get(i);
      length += pieces.get(i + 3) - pieces.get(i + 2);
      if (number < 1 || number > count || places[number - 1] >= 0 || pieces.get(i + 1) != count) {
        return null;
      }
      places[number - 1] = i;
    }
    if (count == 0 || length > MOST_PROFILE_BYTES) {
      return null;
    }
    byte[] profile = new byte[length];
    int to = 0;
    for (int place : places) {
      int piece = pieces.get(place + 3) - pieces.get(place + 2);
      System.arraycopy(content, pieces.get(place + 2), profile, to, piece);
      to += piece;
    }
    return profile;
  }

  /** At most so many units of blocks are in a scan. */
  private long unitsOfScan() {
    boolean together = scans == 1 && components > 1;
    int unitWidth = together ? 8 * across : 8;
    int unitHeight = together ? 8 * down : 8;
    return ((width + unitWidth - 1) / unitWidth) * ((height + unitHeight - 1) / unitHeight);
  }

  /**
   * A plain file with nothing left in it but what its pixels depend on.
   *
   * <p>Where it has no restart markers, it announces the first after its last unit. That changes
   * nothing but that libjpeg-turbo decodes it with its careful routine: the quick one, which is for
   * files without them, passes over codes that no table has and says nothing of it.
   */
  byte[] bare() {
    ImmutableIntArray parts = essentials.build();
    boolean announces = !progressive && restartInterval == 0;
    int length = START.length + JFIF.length + END.length;
    length += announces ? LONGEST_RESTARTS.length : 0;
    for (int i = 0; i < parts.length(); i += 2) {
      length += parts.get(i + 1) - parts.get(i);
    }
    ByteBuffer bare = ByteBuffer.allocate(length).put(START).put(JFIF);
    for (int i = 0; i < parts.length(); i += 2) {
      int from = parts.get(i);
      if (announces && unsigned(from + 1) == 0xda) {
        bare.put(LONGEST_RESTARTS);
        announces = false;
      }
      bare.put(content, from, parts.get(i + 1) - from);
    }
    return bare.put(END).array();
  }

  /** Where segments begin and end that its pixels depend on, in turns; a scan with its data. */
  ImmutableIntArray essentials() {
    return essentials.build();
  }

  /** The largest sampling factor of its components from left to right. */
  int across() {
    return across;
  }

  /** The largest sampling factor from top to bottom. */
  int down() {
    return down;
  }

  private void note(int marker, int from, int to) {
    switch (marker) {
      case 0xc0, 0xc1, 0xc2, 0xc4, 0xda, 0xdb -> {
        essentials.add(from);
        essentials.add(to);
      }
      case 0xdd -> {
        unusual |= to - from != 6;
        if (restartInterval > 0) {
          essentials.add(from);
          essentials.add(to);
        }
      }
      default -> unusual |= marker < 0xe0 || (marker > 0xef && marker != 0xfe);
    }
  }

  private void walk(@Nullable ByteArrayOutputStream kept) {
    keep(kept, 0, 2);
    int at = 2;
    int segments = 0;
    cut = true;
    while (at + 2 <= content.length) {
      int marker = unsigned(at) == 0xff ? unsigned(at + 1) : 0;
      if (marker == 0xff) {
        at++; // a fill byte
      } else if (marker == 0) {
        at++;
        surplus++;
      } else if (marker == 1 || (marker >= 0xd0 && marker <= 0xd8)) {
        at += 2; // stands alone, and means nothing between segments
        unusual = true;
      } else if (marker == 0xd9) {
        end = at + 2;
        cut = false;
        keep(kept, at, end);
        return;
      } else {
        if (at + 4 > content.length || at + 2 + big16(at + 2) > content.length) {
          return;
        }
        if (++segments > MOST_SEGMENTS) {
          damage = tooMany("segments", segments, MOST_SEGMENTS);
          return;
        }
        int from = at;
        int length = Math.max(2, big16(at + 2));
        readSegment(marker, at + 4, length - 2);
        at += 2 + length;
        if (marker == 0xda) {
          if (++scans > MOST_SCANS) {
            damage = tooMany("scans", scans, MOST_SCANS);
            return;
          }
          at = endOfScan(at);
          scannedBytes += at - from;
        }
        note(marker, from, at);
        boolean dropped = dropsProfile && marker == 0xe2 && startsWith(from + 4, PROFILE);
        if (!dropped) {
          keep(kept, from, at);
        }
      }
    }
  }

  private void keep(@Nullable ByteArrayOutputStream kept, int from, int to) {
    if (kept != null) {
      kept.write(content, from, to - from);
    }
  }

  private void readSegment(int marker, int start, int length) {
    boolean frame = marker == 0xc0 || (marker > 0xc0 && marker <= 0xcf && marker % 4 != 0);
    if (frame && length >= 6) {
      readFrame(marker, start, length);
    } else if (marker == 0xda && length >= 1) {
      readScan(start, length);
    } else if (marker == 0xe1 && scans == 0 && startsWith(start, "Exif\0")) {
      setExif(start + 6, length - 6L);
    } else if (marker == 0xe2 && startsWith(start, PROFILE)) {
      hasProfile = true;
      int piece = start + PROFILE.length();
      if (length > PROFILE.length() + 2) {
        profilePieces.add(unsigned(piece));
        profilePieces.add(unsigned(piece + 1));
        profilePieces.add(piece + 2);
        profilePieces.add(start + length);
      }
      int space = piece + 2 + 16; // behind the number of the piece
      if (profileSpace.isEmpty() && length >= PROFILE.length() + 2 + 20) {
        profileSpace = new String(content, space, 4, StandardCharsets.ISO_8859_1);
      }
    } else if (marker == 0xe0 && startsWith(start, "JFIF\0")) {
      jfif = true;
    } else if (marker == 0xee && length >= 12 && startsWith(start, "Adobe")) {
      adobeTransform = unsigned(start + 11);
    } else if (marker == 0xdd && length == 2) {
      readRestarts(big16(start));
    } else if (marker == 0xdc && length == 2 && height == 0) {
      height = big16(start); // a scanner's, which knew the number of lines only at the end
    }
  }

  private void readRestarts(int interval) {
    unusual |= (hasRestarts || scans > 0) && interval != restartInterval;
    hasRestarts = true;
    restartInterval = interval;
  }

  private void readFrame(int marker, int start, int length) {
    frames++;
    precision = unsigned(start);
    height = big16(start + 1);
    width = big16(start + 3);
    components = unsigned(start + 5);
    progressive = marker == 0xc2 || marker == 0xc6 || marker == 0xca || marker == 0xce;
    int known = Math.min(components, (length - 6) / 3);
    identifiers = new int[known];
    samplesPerPixel = new double[known];
    missingBits = new byte[known][COEFFICIENTS];
    across = 1;
    down = 1;
    unusual |= length != 6 + 3 * components;
    for (int i = 0; i < known; i++) {
      int sampling = unsigned(start + 7 + 3 * i);
      identifiers[i] = unsigned(start + 6 + 3 * i);
      samplesPerPixel[i] = (sampling >> 4) * (sampling & 15);
      across = Math.max(across, sampling >> 4);
      down = Math.max(down, sampling & 15);
      Arrays.fill(missingBits[i], NOT_YET);
    }
    for (int i = 0; i < known; i++) {
      samplesPerPixel[i] /= across * down;
    }
  }

  private void readScan(int start, int length) {
    int inScan = unsigned(start);
    int parameters = start + 1 + 2 * inScan;
    if (length < 4 + 2 * inScan) {
      return;
    }
    int first = progressive ? Math.min(COEFFICIENTS - 1, unsigned(parameters)) : 0;
    int last =
        progressive ? Math.min(COEFFICIENTS - 1, unsigned(parameters + 1)) : COEFFICIENTS - 1;
    int bitsLeft = progressive ? unsigned(parameters + 2) & 15 : 0;
    double samples = 0;
    for (int i = 0; i < inScan; i++) {
      int component = component(unsigned(start + 1 + 2 * i), inScan == components ? i : -1);
      if (component >= 0) {
        samples += samplesPerPixel[component];
        for (int k = first; k <= last; k++) {
          missingBits[component][k] = (byte) bitsLeft;
        }
      }
    }
    scannedSamplesPerPixel += Math.max(FEWEST_SAMPLES, samples);
  }

  /** A component by its identifier; in files that got those wrong, by its place. */
  private int component(int identifier, int place) {
    boolean hasPlace = place >= 0 && place < identifiers.length;
    for (int i = 0; i < identifiers.length; i++) {
      if (identifiers[i] == identifier && (!hasPlace || identifiers[place] != identifier)) {
        return i;
      }
    }
    return hasPlace ? place : -1;
  }

  /** The next marker that is none of a scan's own. */
  private int endOfScan(int start) {
    int at = nextOnes(content, start, content.length);
    while (at + 1 < content.length) {
      int marker = unsigned(at + 1);
      if (marker >= 0xc0 && marker != 0xff && (marker < 0xd0 || marker > 0xd7)) {
        return at;
      }
      at = nextOnes(content, at + 1, content.length);
    }
    return content.length;
  }

  /** Where the next byte of ones is, which scans have few of; the end where there is none. */
  static int nextOnes(byte[] content, int from, int end) {
    int at = from;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      long next = (long) LONGS.get(content, at);
      if (((~next - 0x0101010101010101L) & next & 0x8080808080808080L) != 0) {
        break; // subtracting 1 borrows from a byte that is 0, here by its complement
      }
    }
    while (at < end && content[at] != (byte) 0xff) {
      at++;
    }
    return at;
  }

  private boolean lacksScans() {
    for (byte[] component : missingBits) {
      for (byte bits : component) {
        if (bits != 0) {
          return true;
        }
      }
    }
    return scans == 0;
  }
}
