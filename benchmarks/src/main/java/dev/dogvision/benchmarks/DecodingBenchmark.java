package dev.dogvision.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.RgbImage;
import dev.dogvision.model.TrainedModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * What a JPEG costs until the network can take it, by Java's own reader and by the decoder that the
 * class path offers: small photographs, larger ones, and ones of 12 megapixels that are made of
 * those in memory ({@link LargePhotographs}); and by ImageIO and Java2D alone. {@code
 * benchmarks/python/decoding.py} measures other languages' libraries on the same files, of which
 * the large ones are written to a folder that the last argument names. Files are read beforehand;
 * the ways take turns. What counts is the processor's time, which another program that runs beside
 * hardly changes; all is done in one thread, so on a quiet machine it is the time that passes.
 */
public final class DecodingBenchmark {
  private static final int LARGE = 3;
  private static final int WARM_UPS = 2;
  private static final int ROUNDS = 7;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private DecodingBenchmark() {}

  /**
   * Prints the figures.
   *
   * @param arguments a folder of small photographs; a folder of larger ones; how many of each; a
   *     folder to write those of 12 megapixels to, if wanted
   * @throws IOException if they can't be written
   */
  public static void main(String[] arguments) throws IOException {
    int most = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 40;
    List<byte[]> small = photographs(Path.of(arguments[0]), most);
    List<byte[]> larger = photographs(Path.of(arguments[1]), most);
    List<byte[]> large = new ArrayList<>();
    for (byte[] file : larger.subList(0, Math.min(LARGE, larger.size()))) {
      large.add(LargePhotographs.of(ImageSource.of("a photograph", file)));
    }
    if (arguments.length > 3) {
      for (int i = 0; i < large.size(); i++) {
        Path folder = Files.createDirectories(Path.of(arguments[3]));
        Files.write(folder.resolve("large-" + i + ".jpg"), large.get(i));
      }
    }
    Preprocessing network = TrainedModel.pretrained("fast").preprocessing();
    measure(small, network);
    measure(larger, network);
    measure(large, network);
  }

  private static void measure(List<byte[]> files, Preprocessing network) {
    List<ImageSource> sources =
        files.stream().map(file -> ImageSource.of("a photograph", file)).toList();
    ImageDecoder java = ImageDecoder.standard().javaOnly(true);
    ImageDecoder found = ImageDecoder.standard();
    double pixels = 0;
    for (ImageSource source : sources) {
      RgbImage image = java.decode(source);
      pixels += (double) image.width() * image.height() / sources.size();
    }
    Map<String, Runnable> ways = new LinkedHashMap<>();
    ways.put("decode, found on the class path", () -> each(sources, found::decode));
    ways.put("decode, Java's own", () -> each(sources, java::decode));
    ways.put(
        "decode and resize, found, at reduced scale",
        () -> each(sources, source -> found.decode(source, network, network::apply)));
    ways.put(
        "decode and resize, found, at full scale",
        () -> each(sources, source -> found.decode(source, network::apply)));
    ways.put(
        "decode and resize, Java's own",
        () -> each(sources, source -> java.decode(source, network::apply)));
    ways.put("ImageIO and Java2D, plain", () -> files.forEach(file -> plain(file)));
    System.out.print(
        SideBySide.table(
            String.format(
                Locale.ROOT,
                "%d photographs of %.2f megapixels in the mean, to %d pixels, processor's time,"
                    + " medians of %d rounds",
                sources.size(),
                pixels / 1e6,
                network.size(),
                ROUNDS),
            medians(ways),
            sources.size()));
  }

  /** In milliseconds of the processor. */
  private static Map<String, Double> medians(Map<String, Runnable> ways) {
    Map<String, double[]> times = new LinkedHashMap<>();
    ways.keySet().forEach(name -> times.put(name, new double[ROUNDS]));
    for (int round = -WARM_UPS; round < ROUNDS; round++) {
      for (Map.Entry<String, Runnable> way : ways.entrySet()) {
        long start = THREADS.getCurrentThreadCpuTime();
        way.getValue().run();
        if (round >= 0) {
          requireNonNull(times.get(way.getKey()))[round] =
              (THREADS.getCurrentThreadCpuTime() - start) / 1e6;
        }
      }
    }
    Map<String, Double> medians = new LinkedHashMap<>();
    times.forEach(
        (name, all) -> {
          Arrays.sort(all);
          medians.put(name, all[ROUNDS / 2]);
        });
    return medians;
  }

  @FunctionalInterface
  private interface Way {
    RgbImage image(ImageSource source);
  }

  private static void each(List<ImageSource> sources, Way way) {
    for (ImageSource source : sources) {
      RgbImage unused = way.image(source);
    }
  }

  /** What one would write oneself: no averaging, no EXIF, nothing refused. */
  private static void plain(byte[] file) {
    try {
      byte[] unused =
          PlainOnnxRuntime.pixels(requireNonNull(ImageIO.read(new ByteArrayInputStream(file))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Photographs from all over a folder, as bytes, so that no disk is measured. */
  private static List<byte[]> photographs(Path folder, int most) {
    try (Stream<Path> all = Files.list(folder)) {
      List<Path> files = all.filter(file -> file.toString().endsWith(".jpg")).sorted().toList();
      List<byte[]> photographs = new ArrayList<>();
      int step = Math.max(1, files.size() / most);
      for (int i = 0; i < files.size() && photographs.size() < most; i += step) {
        photographs.add(Files.readAllBytes(files.get(i)));
      }
      return photographs;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
