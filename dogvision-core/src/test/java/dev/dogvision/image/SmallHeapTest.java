package dev.dogvision.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many threads read strangers' pictures in a small heap, in a JVM of their own. */
class SmallHeapTest {
  private static final int SECONDS = 240;

  @ParameterizedTest
  @CsvSource({"96, G1", "96, Parallel", "256, G1", "256, Parallel"})
  void should_read_the_good_and_refuse_the_bad_and_nothing_else(
      int megabytes, String collector, @TempDir Path folder) throws Exception {
    Path output = folder.resolve("output.txt");
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + megabytes + "m",
                "-XX:+Use" + collector + "GC",
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path")
                    + File.pathSeparator
                    + System.getProperty("surefire.test.class.path", ""),
                Program.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(child.waitFor(SECONDS, TimeUnit.SECONDS)).as("ends in time").isTrue();
    } finally {
      child.destroyForcibly();
    }

    assertThat(Files.readString(output, StandardCharsets.UTF_8)).contains("all as expected");
    assertThat(child.exitValue()).isZero();
  }

  /** What the child does. */
  static final class Program {
    private static final int THREADS = 32;
    private static final int ROUNDS = 12;

    /** How many zeros follow what streams begin with. */
    private static final Map<String, Long> ZEROS =
        Map.of(
            "stream of 7 MB", 7_000_000L,
            "stream of 8 MB", 8_000_000L,
            "stream of zeros", 7_500_000L,
            "stream without end", Long.MAX_VALUE);

    private Program() {}

    public static void main(String[] arguments) throws Exception {
      Map<String, byte[]> good = new LinkedHashMap<>();
      Map<String, byte[]> bad = new LinkedHashMap<>();
      fill(good, bad);
      ImageDecoder decoder = ImageDecoder.standard();
      AtomicInteger next = new AtomicInteger();
      AtomicReference<Throwable> failure = new AtomicReference<>();
      List<Thread> threads = new ArrayList<>();
      List<Map.Entry<String, byte[]>> all = new ArrayList<>(good.entrySet());
      all.addAll(bad.entrySet());
      for (int i = 0; i < THREADS; i++) {
        Thread thread =
            new Thread(
                () -> {
                  for (int task = next.getAndIncrement();
                      task < ROUNDS * all.size();
                      task = next.getAndIncrement()) {
                    Map.Entry<String, byte[]> file = all.get(task % all.size());
                    try {
                      ImageSource source = source(file);
                      int width = decoder.<Integer>decode(source, RgbImage::width);
                      check(width > 0 && good.containsKey(file.getKey()), file.getKey() + " read");
                    } catch (UnreadableImageException e) {
                      check(e.getCause() == null || !(e.getCause() instanceof Error), e.toString());
                      check(bad.containsKey(file.getKey()), e.toString());
                    } catch (Throwable e) {
                      failure.compareAndSet(null, e);
                    }
                  }
                });
        threads.add(thread);
        thread.start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      if (failure.get() != null) {
        failure.get().printStackTrace();
        System.exit(1);
      }
      System.out.println("all as expected");
    }

    /** One of bytes that are there, or of a stream that nobody knows the length of. */
    private static ImageSource source(Map.Entry<String, byte[]> file) {
      byte[] start = file.getValue();
      return file.getKey().startsWith("stream")
          ? ImageSource.of(
              file.getKey(),
              () ->
                  new SequenceInputStream(
                      new ByteArrayInputStream(start), new Zeros(ZEROS.get(file.getKey()))))
          : ImageSource.of(file.getKey(), start);
    }

    /** As many zeros as wanted. */
    private static final class Zeros extends InputStream {
      private long left;

      Zeros(long count) {
        this.left = count;
      }

      @Override
      public int read() {
        return left-- > 0 ? 0 : -1;
      }

      @Override
      public int read(byte[] target, int offset, int length) {
        int count = (int) Math.min(left, length);
        left -= count;
        Arrays.fill(target, offset, offset + count, (byte) 0);
        return count == 0 && length > 0 ? -1 : count;
      }
    }

    private static void check(boolean expected, String what) {
      if (!expected) {
        throw new AssertionError(what);
      }
    }

    private static void fill(Map<String, byte[]> good, Map<String, byte[]> bad) {
      RgbImage photograph = PictureFiles.picture(1600, 1200, 1);
      RgbImage small = PictureFiles.picture(40, 24, 1);
      byte[] jpeg = PictureFiles.jpeg(photograph, false);
      byte[] progressive = PictureFiles.jpeg(photograph, true);
      good.put("jpeg", jpeg);
      good.put("progressive", progressive);
      good.put("turned", PictureFiles.jpegWithExif(jpeg, PictureFiles.exif(6)));
      good.put("cmyk", PictureFiles.cmykJpeg(800, 600, 10, 20, 30, 40));
      good.put("png", PictureFiles.png(PictureFiles.picture(500, 375, 2)));
      good.put("lossless webp", PictureFiles.webp(1000, 800, 1, 2, 3, 255));
      good.put(
          "many tags",
          PictureFiles.jpegWithExif(jpeg, PictureBombs.exifWhoseTagsShareOneRegion(2600, 65_000)));
      good.put("stream of 7 MB", jpeg);
      good.put("stream of 8 MB", PictureFiles.png(small));
      bad.put("stream of zeros", new byte[0]);
      bad.put("stream without end", jpeg);
      bad.put("cut", Arrays.copyOf(jpeg, jpeg.length / 2));
      bad.put("cut and filled up", Arrays.copyOf(bad.get("cut"), jpeg.length));
      bad.put("huge", PictureFiles.jpegPromising(jpeg, 20_000, 20_000));
      bad.put("huge png", PictureFiles.pngPromising(PictureFiles.png(small), 9000, 9000));
      bad.put("scans", PictureBombs.jpegWithLastScanRepeated(PictureFiles.jpeg(small, true), 300));
      bad.put("tables", PictureBombs.webpOfManyCodes(65_000));
      bad.put("transforms", PictureBombs.webpTransformedAgainAndAgain(4000, 4000, 10_000));
      bad.put("no picture", "<html>".getBytes(StandardCharsets.US_ASCII));
      bad.put("lossy webp", PictureBombs.lossyWebpPromising(2200, 2200));
    }
  }
}
