package dev.dogvision.benchmarks;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.gson.Gson;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.BufferedWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * What somebody would write around ONNX Runtime in an afternoon: ImageIO, Java2D, one session that
 * all threads share, with ONNX Runtime's own settings or its threads asleep between calls. It
 * checks nothing, turns nothing upright, and averages nothing where it shrinks.
 */
final class PlainOnnxRuntime implements ServedModel {
  private static final int SIZE = 224;
  private static final int BATCH = 8;

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final String[] labels;

  PlainOnnxRuntime(Path model, boolean spins) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      if (!spins) {
        options.addConfigEntry("session.intra_op.allow_spinning", "0");
      }
      session = environment.createSession(model.toString(), options);
    }
    labels =
        new Gson()
            .fromJson(session.getMetadata().getCustomMetadata().get("labels"), String[].class);
  }

  @Override
  public List<String> top3(byte[] file) throws IOException {
    return top3(ImageIO.read(new ByteArrayInputStream(file)));
  }

  @Override
  public Runnable fromPixels(byte[] file) throws IOException {
    BufferedImage picture = ImageIO.read(new ByteArrayInputStream(file));
    return () -> {
      List<String> unused = top3(picture);
    };
  }

  @Override
  public Runnable pass(int images) {
    byte[] pixels = new byte[images * SIZE * SIZE * 3];
    return () -> {
      float[][] unused = run(pixels, images);
    };
  }

  private List<String> top3(BufferedImage picture) {
    float[] probabilities = run(pixels(picture), 1)[0];
    return IntStream.range(0, labels.length)
        .boxed()
        .sorted(Comparator.comparing((Integer label) -> -probabilities[label]))
        .limit(3)
        .map(label -> labels[label])
        .toList();
  }

  @Override
  public void predict(Path folder, Path table) throws IOException {
    List<Path> files;
    try (Stream<Path> listed = Files.list(folder)) {
      files = listed.sorted().toList();
    }
    try (BufferedWriter out = Files.newBufferedWriter(table)) {
      out.write("id," + String.join(",", labels) + "\n");
      for (int from = 0; from < files.size(); from += BATCH) {
        List<Path> some = files.subList(from, Math.min(files.size(), from + BATCH));
        byte[] pixels = new byte[some.size() * SIZE * SIZE * 3];
        IntStream.range(0, some.size()).parallel().forEach(i -> copy(some.get(i), pixels, i));
        float[][] probabilities = run(pixels, some.size());
        for (int i = 0; i < some.size(); i++) {
          StringBuilder row = new StringBuilder(String.valueOf(some.get(i).getFileName()));
          for (float probability : probabilities[i]) {
            row.append(',').append(probability);
          }
          out.write(row.append('\n').toString());
        }
      }
    }
  }

  private static void copy(Path file, byte[] pixels, int place) {
    try {
      byte[] one = pixels(ImageIO.read(file.toFile()));
      System.arraycopy(one, 0, pixels, place * one.length, one.length);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** The middle square, in bytes of red, green and blue. */
  static byte[] pixels(BufferedImage picture) {
    int side = Math.min(picture.getWidth(), picture.getHeight());
    int x = (picture.getWidth() - side) / 2;
    int y = (picture.getHeight() - side) / 2;
    BufferedImage square = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_3BYTE_BGR);
    Graphics2D graphics = square.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.drawImage(picture, 0, 0, SIZE, SIZE, x, y, x + side, y + side, null);
    graphics.dispose();
    byte[] pixels = ((DataBufferByte) square.getRaster().getDataBuffer()).getData();
    for (int i = 0; i < pixels.length; i += 3) {
      byte blue = pixels[i];
      pixels[i] = pixels[i + 2];
      pixels[i + 2] = blue;
    }
    return pixels;
  }

  private float[][] run(byte[] pixels, int images) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(pixels.length).put(pixels).flip();
    try (OnnxTensor input =
            OnnxTensor.createTensor(
                environment, buffer, new long[] {images, SIZE, SIZE, 3}, OnnxJavaType.UINT8);
        OrtSession.Result result =
            session.run(Map.of("input", input), java.util.Set.of("probabilities"))) {
      return (float[][]) result.get(0).getValue();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
