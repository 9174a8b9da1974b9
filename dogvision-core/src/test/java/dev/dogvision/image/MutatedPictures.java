package dev.dogvision.image;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Small files of every kind that is read, and changes to them. */
final class MutatedPictures {
  private MutatedPictures() {}

  static byte[] mutated(byte[] whole, Map.Entry<String, byte[]> other, SplittableRandom random) {
    byte[] content = whole.clone();
    for (int changes = random.nextInt(1, 8); changes > 0 && content.length > 8; changes--) {
      // The first bytes decide most: half of the changes go there.
      int bound = random.nextBoolean() ? Math.min(content.length, 64) : content.length;
      int at = random.nextInt(bound);
      switch (random.nextInt(9)) {
        case 0 -> content[at] = 0;
        case 1 -> content[at] = -1;
        case 2 -> content[at] ^= (byte) (1 << random.nextInt(8));
        case 3 -> content[at] = (byte) random.nextInt(256);
        case 4 -> content = Arrays.copyOf(content, at);
        case 5 -> content = PictureFiles.inserted(content, at, new byte[random.nextInt(40)]);
        case 6 -> {
          // A piece of itself once more
          int length = random.nextInt(Math.min(200, content.length - at) + 1);
          byte[] piece = Arrays.copyOfRange(content, at, at + length);
          content = PictureFiles.inserted(content, random.nextInt(content.length), piece);
        }
        case 7 -> {
          // A piece of another file
          byte[] from = other.getValue();
          int start = random.nextInt(from.length);
          int length = random.nextInt(Math.min(200, from.length - start) + 1);
          byte[] piece = Arrays.copyOfRange(from, start, start + length);
          content = PictureFiles.inserted(content, at, piece);
        }
        default -> {
          // A number of 4 bytes that is at the edge of something
          int[] edges = {0, 1, 0x7f, 0x80, 0xffff, 0x10000, Integer.MAX_VALUE, -1};
          int edge = edges[random.nextInt(edges.length)];
          for (int k = 0; k < 4 && at + k < content.length; k++) {
            content[at + k] = (byte) (edge >> (8 * (random.nextBoolean() ? k : 3 - k)));
          }
        }
      }
    }
    return content;
  }

  static Map<String, byte[]> corpus() {
    RgbImage picture = PictureFiles.picture(40, 24, 1);
    BufferedImage grey = new BufferedImage(40, 24, BufferedImage.TYPE_BYTE_GRAY);
    grey.createGraphics().drawImage(picture.toBufferedImage(), 0, 0, null);
    BufferedImage translucent = new BufferedImage(40, 24, BufferedImage.TYPE_4BYTE_ABGR);
    translucent.createGraphics().drawImage(picture.toBufferedImage(), 3, 3, null);
    BufferedImage indexed = new BufferedImage(40, 24, BufferedImage.TYPE_BYTE_INDEXED);
    indexed.createGraphics().drawImage(picture.toBufferedImage(), 0, 0, null);
    byte[] jpeg = PictureFiles.jpeg(picture, false);
    byte[] progressive = PictureFiles.jpeg(picture, true);
    byte[] png = PictureFiles.png(picture);
    byte[] exif = PictureFiles.exif(6);
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("jpeg", jpeg);
    files.put("jpeg, progressive", progressive);
    files.put("jpeg, oriented", PictureFiles.jpegWithExif(jpeg, exif));
    files.put("jpeg, grey", PictureFiles.write(grey, "jpeg"));
    files.put(
        "jpeg, one component after the other",
        PictureBombs.jpegInSeparateScans(PictureFiles.write(grey, "jpeg")));
    files.put("jpeg, cmyk", PictureFiles.cmykJpeg(16, 16, 90, 120, 40, 10));
    files.put("png", png);
    files.put("png, grey", PictureFiles.write(grey, "png"));
    files.put("png, transparent", PictureFiles.write(translucent, "png"));
    files.put("png, palette", PictureFiles.write(indexed, "png"));
    files.put("png, oriented", PictureFiles.pngWithChunk(png, "eXIf", exif));
    files.put("gif", PictureFiles.write(indexed, "gif"));
    files.put("bmp", PictureFiles.write(picture.toBufferedImage(), "bmp"));
    files.put("bmp, palette", PictureFiles.write(indexed, "bmp"));
    files.put("webp", PictureFiles.webp(40, 24, 1, 2, 3, 200));
    files.put("webp, many codes", PictureBombs.webpOfManyCodes(20));
    files.put("webp, lossy", PictureBombs.lossyWebpPromising(40, 24));
    files.put("bomb of scans", PictureBombs.jpegWithLastScanRepeated(progressive, 120));
    files.put("bomb of transforms", PictureBombs.webpTransformedAgainAndAgain(40, 24, 3));
    files.put(
        "bomb of tags",
        PictureFiles.jpegWithExif(jpeg, PictureBombs.exifWhoseTagsShareOneRegion(100, 4000)));
    return files;
  }
}
