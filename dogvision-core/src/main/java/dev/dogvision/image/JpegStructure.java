package dev.dogvision.image;

import java.io.ByteArrayOutputStream;
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
      int space = start + PROFILE.length() + 2 + 16; // behind the number of the piece
      if (profileSpace.isEmpty() && length >= PROFILE.length() + 2 + 20) {
        profileSpace = new String(content, space, 4, StandardCharsets.ISO_8859_1);
      }
    } else if (marker == 0xdc && length == 2 && height == 0) {
      height = big16(start); // a scanner's, which knew the number of lines only at the end
    }
  }

  private void readFrame(int marker, int start, int length) {
    height = big16(start + 1);
    width = big16(start + 3);
    components = unsigned(start + 5);
    progressive = marker == 0xc2 || marker == 0xc6 || marker == 0xca || marker == 0xce;
    int known = Math.min(components, (length - 6) / 3);
    identifiers = new int[known];
    samplesPerPixel = new double[known];
    missingBits = new byte[known][COEFFICIENTS];
    int across = 1;
    int down = 1;
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
    int at = start;
    while (at + 1 < content.length) {
      if (content[at++] == (byte) 0xff) {
        int marker = unsigned(at);
        if (marker >= 0xc0 && marker != 0xff && (marker < 0xd0 || marker > 0xd7)) {
          return at - 1;
        }
      }
    }
    return content.length;
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
