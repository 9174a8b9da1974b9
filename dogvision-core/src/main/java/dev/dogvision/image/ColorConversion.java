package dev.dogvision.image;

import java.awt.color.CMMException;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.ColorConvertOp;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From the colours that a file describes to sRGB. What can't be read of a description is passed
 * over, since its pixels are all there; so is one that hardly differs from sRGB.
 *
 * <p>For one thread.
 */
abstract class ColorConversion {
  private static final Logger LOG = LoggerFactory.getLogger(ColorConversion.class);

  /** Those of printers have tables of about 2 MB. */
  private static final int MOST_PROFILE_BYTES = 4 << 20;

  private static final double STANDARD_GAMMA = 1 / 2.2;

  /** A difference that nobody sees. */
  private static final int NEARLY = 1;

  /** Converts red, green and blue, byte by byte, in their place. */
  abstract void apply(byte[] rgb);

  /** What a PNG says of its colours; null where they are sRGB, as far as it is known. */
  static @Nullable ColorConversion of(PngStructure png) {
    if (png.profileLength > 0) {
      byte[] profile = inflated(png);
      return profile == null ? null : ofProfile(profile);
    }
    if (png.standardColors || png.gamma == 0) {
      return null;
    }
    double gamma = png.big32(png.gamma) / 1e5;
    double[] chromaticities = new double[8];
    for (int i = 0; png.chromaticities > 0 && i < chromaticities.length; i++) {
      chromaticities[i] = png.big32(png.chromaticities + 4 * i) / 1e5;
    }
    return noticeable(ofGamma(gamma, png.chromaticities > 0 ? chromaticities : null));
  }

  /** What an ICC profile says; null where that is sRGB, or can't be read. */
  static @Nullable ColorConversion ofProfile(byte[] profile) {
    try {
      ICC_Profile from = ICC_Profile.getInstance(profile);
      ICC_Profile to = ((ICC_ColorSpace) ColorSpace.getInstance(ColorSpace.CS_sRGB)).getProfile();
      ColorConvertOp conversion = new ColorConvertOp(new ICC_Profile[] {from, to}, null);
      int components = from.getNumComponents();
      if (components == 3 && from.getColorSpaceType() == ColorSpace.TYPE_RGB) {
        return noticeable(new OfProfile(conversion));
      }
      if (components == 1) {
        return noticeable(OfTable.ofGrey(conversion));
      }
    } catch (IllegalArgumentException | CMMException | ArrayIndexOutOfBoundsException e) {
      LOG.debug("a colour profile that can't be read; taken as sRGB", e);
    }
    return null;
  }

  private static byte @Nullable [] inflated(PngStructure png) {
    int start = png.profileStart;
    int end = start + png.profileLength;
    int at = start;
    while (at < end && png.content[at] != 0) {
      at++; // its name
    }
    Inflater inflater = new Inflater();
    try {
      ByteArrayOutputStream profile = new ByteArrayOutputStream();
      byte[] piece = new byte[1 << 14];
      inflater.setInput(png.content, Math.min(end, at + 2), Math.max(0, end - at - 2));
      while (!inflater.finished()) {
        int count = inflater.inflate(piece);
        if (count == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
          return null;
        }
        profile.write(piece, 0, count);
        if (profile.size() > MOST_PROFILE_BYTES) {
          LOG.debug("a colour profile of more than {} bytes; taken as sRGB", MOST_PROFILE_BYTES);
          return null;
        }
      }
      return profile.toByteArray();
    } catch (DataFormatException e) {
      LOG.debug("a colour profile that can't be unpacked; taken as sRGB", e);
      return null;
    } finally {
      inflater.end();
    }
  }

  private static @Nullable ColorConversion noticeable(@Nullable ColorConversion conversion) {
    if (conversion == null) {
      return null;
    }
    byte[] samples = new byte[3 * 6 * 6 * 6];
    for (int i = 0; i < samples.length / 3; i++) {
      samples[3 * i] = (byte) (i % 6 * 51);
      samples[3 * i + 1] = (byte) (i / 6 % 6 * 51);
      samples[3 * i + 2] = (byte) (i / 36 * 51);
    }
    byte[] converted = samples.clone();
    conversion.apply(converted);
    for (int i = 0; i < samples.length; i++) {
      if (Math.abs((samples[i] & 0xff) - (converted[i] & 0xff)) > NEARLY) {
        return conversion;
      }
    }
    return null;
  }

  private static @Nullable ColorConversion ofGamma(
      double gamma, double @Nullable [] chromaticities) {
    if (!(gamma >= 0.1 && gamma <= 10)) {
      return null;
    }
    double[][] matrix = chromaticities == null ? null : Primaries.toStandard(chromaticities);
    boolean standardCurve = Math.abs(gamma - STANDARD_GAMMA) < 0.01;
    if (matrix == null && standardCurve) {
      return null;
    }
    float[] linear = new float[256];
    for (int i = 0; i < 256; i++) {
      // Whoever writes 1/2.2 means sRGB's own curve.
      linear[i] = (float) (standardCurve ? linear(i / 255.0) : Math.pow(i / 255.0, 1 / gamma));
    }
    if (matrix != null) {
      return new OfPrimaries(linear, matrix);
    }
    byte[] table = new byte[256];
    for (int i = 0; i < 256; i++) {
      table[i] = OfPrimaries.encodedByte(linear[i]);
    }
    return new OfTable(table);
  }

  private static double linear(double encoded) {
    return encoded <= 0.04045 ? encoded / 12.92 : Math.pow((encoded + 0.055) / 1.055, 2.4);
  }

  private static double encoded(double linear) {
    return linear <= 0.0031308 ? linear * 12.92 : 1.055 * Math.pow(linear, 1 / 2.4) - 0.055;
  }

  /** By Java's colour management, many pixels at once. */
  private static final class OfProfile extends ColorConversion {
    private static final int MOST_PIXELS = 1 << 16;
    private static final int[] BANDS = {0, 1, 2};

    private final ColorConvertOp conversion;

    OfProfile(ColorConvertOp conversion) {
      this.conversion = conversion;
    }

    @Override
    void apply(byte[] rgb) {
      for (int from = 0; from < rgb.length; from += 3 * MOST_PIXELS) {
        int pixels = Math.min(MOST_PIXELS, (rgb.length - from) / 3);
        byte[] piece = Arrays.copyOfRange(rgb, from, from + 3 * pixels);
        WritableRaster raster =
            Raster.createInterleavedRaster(
                new DataBufferByte(piece, piece.length), pixels, 1, 3 * pixels, 3, BANDS, null);
        WritableRaster result =
            Raster.createInterleavedRaster(
                DataBuffer.TYPE_BYTE, pixels, 1, 3 * pixels, 3, BANDS, null);
        conversion.filter(raster, result);
        byte[] converted = ((DataBufferByte) result.getDataBuffer()).getData();
        System.arraycopy(converted, 0, rgb, from, converted.length);
      }
    }
  }

  /** Each value for itself. */
  private static final class OfTable extends ColorConversion {
    private final byte[] table;

    OfTable(byte[] table) {
      this.table = table;
    }

    static ColorConversion ofGrey(ColorConvertOp conversion) {
      WritableRaster grey = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 256, 1, 1, null);
      for (int i = 0; i < 256; i++) {
        grey.setSample(i, 0, 0, i);
      }
      WritableRaster colors = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 256, 1, 3, null);
      conversion.filter(grey, colors);
      byte[] table = new byte[256];
      for (int i = 0; i < 256; i++) {
        table[i] = (byte) colors.getSample(i, 0, 1);
      }
      return new OfTable(table);
    }

    @Override
    void apply(byte[] rgb) {
      for (int i = 0; i < rgb.length; i++) {
        rgb[i] = table[rgb[i] & 0xff];
      }
    }
  }

  /** Of a curve and primaries, as PNGs without a profile name them. */
  private static final class OfPrimaries extends ColorConversion {
    /** So many that the steep dark end of the curve is met within a twentieth of a level. */
    private static final int STEPS = 65_535;

    private static final byte[] ENCODED = new byte[STEPS + 1];

    static {
      for (int i = 0; i <= STEPS; i++) {
        ENCODED[i] = (byte) Math.round(255 * encoded((double) i / STEPS));
      }
    }

    private final float[] linear;
    private final float[] matrix = new float[9];

    OfPrimaries(float[] linear, double[][] matrix) {
      this.linear = linear;
      for (int i = 0; i < this.matrix.length; i++) {
        this.matrix[i] = (float) matrix[i / 3][i % 3];
      }
    }

    static byte encodedByte(float linear) {
      return ENCODED[(int) (Math.max(0, Math.min(1, linear)) * STEPS + 0.5f)];
    }

    @Override
    void apply(byte[] rgb) {
      float[] m = matrix;
      for (int i = 0; i < rgb.length; i += 3) {
        float red = linear[rgb[i] & 0xff];
        float green = linear[rgb[i + 1] & 0xff];
        float blue = linear[rgb[i + 2] & 0xff];
        rgb[i] = encodedByte(m[0] * red + m[1] * green + m[2] * blue);
        rgb[i + 1] = encodedByte(m[3] * red + m[4] * green + m[5] * blue);
        rgb[i + 2] = encodedByte(m[6] * red + m[7] * green + m[8] * blue);
      }
    }
  }

  /** Red, green, blue and white, as places on the chart of colours. */
  private static final class Primaries {
    private static final double[] STANDARD = {0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06};
    private static final double[][] BRADFORD = {
      {0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296}
    };

    /** From linear values of given primaries to those of sRGB's; null where they are none. */
    static double @Nullable [][] toStandard(double[] chromaticities) {
      boolean same = true;
      for (int i = 0; i < STANDARD.length; i++) {
        same &= Math.abs(chromaticities[i] - STANDARD[i]) < 0.002;
      }
      if (same) {
        return null;
      }
      double[][] from = toXyz(chromaticities);
      double[][] to = toXyz(STANDARD);
      double[][] white = adaptation(chromaticities);
      double[][] matrix = product(inverse(to), product(white, from));
      for (double[] row : matrix) {
        for (double value : row) {
          if (!(Math.abs(value) < 100)) {
            return null;
          }
        }
      }
      return matrix;
    }

    private static double[] xyz(double x, double y) {
      return new double[] {x / y, 1, (1 - x - y) / y};
    }

    private static double[][] toXyz(double[] c) {
      double[][] columns = new double[3][3];
      for (int i = 0; i < 3; i++) {
        double[] primary = xyz(c[2 + 2 * i], c[3 + 2 * i]);
        for (int row = 0; row < 3; row++) {
          columns[row][i] = primary[row];
        }
      }
      double[] scale = product(inverse(columns), xyz(c[0], c[1]));
      for (double[] row : columns) {
        for (int i = 0; i < 3; i++) {
          row[i] *= scale[i];
        }
      }
      return columns;
    }

    private static double[][] adaptation(double[] c) {
      double[] from = product(BRADFORD, xyz(c[0], c[1]));
      double[] to = product(BRADFORD, xyz(STANDARD[0], STANDARD[1]));
      double[][] scale = new double[3][3];
      for (int i = 0; i < 3; i++) {
        scale[i][i] = to[i] / from[i];
      }
      return product(inverse(BRADFORD), product(scale, BRADFORD));
    }

    private static double[] product(double[][] a, double[] v) {
      double[] result = new double[3];
      for (int i = 0; i < 3; i++) {
        result[i] = a[i][0] * v[0] + a[i][1] * v[1] + a[i][2] * v[2];
      }
      return result;
    }

    private static double[][] product(double[][] a, double[][] b) {
      double[][] result = new double[3][3];
      for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
          result[i][j] = a[i][0] * b[0][j] + a[i][1] * b[1][j] + a[i][2] * b[2][j];
        }
      }
      return result;
    }

    private static double[][] inverse(double[][] m) {
      double[][] result = new double[3][3];
      double determinant = 0;
      for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
          int a = (j + 1) % 3;
          int b = (j + 2) % 3;
          int c = (i + 1) % 3;
          int d = (i + 2) % 3;
          result[i][j] = m[a][c] * m[b][d] - m[a][d] * m[b][c];
        }
      }
      for (int i = 0; i < 3; i++) {
        determinant += m[0][i] * result[i][0];
      }
      for (double[] row : result) {
        for (int j = 0; j < 3; j++) {
          row[j] /= determinant;
        }
      }
      return result;
    }
  }
}
