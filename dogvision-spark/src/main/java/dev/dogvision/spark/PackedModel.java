package dev.dogvision.spark;

import dev.dogvision.DogVisionException;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.spi.EmbeddedModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A model's folder as one array of bytes: files by name. An array, since every serializer that a
 * cluster may be set to can send one.
 */
final class PackedModel {
  private PackedModel() {}

  /** The files that {@link TrainedModel#save(Path)} writes, weights in single precision. */
  static byte[] pack(TrainedModel model) {
    try {
      Path folder = Files.createTempDirectory("dogvision-spark");
      try {
        Path saved = model.save(folder.resolve("model"));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes);
            Stream<Path> files = Files.list(saved)) {
          for (Path file : files.sorted().toList()) {
            String name = file.getFileName().toString();
            if (!name.startsWith(".")) { // a lock, which is nobody's file
              byte[] content = Files.readAllBytes(file);
              out.writeUTF(name);
              out.writeInt(content.length);
              out.write(content);
            }
          }
        }
        return bytes.toByteArray();
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new DogVisionException("the model can't be packed for the executors: " + e, e);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }

  /**
   * The model again, with the checks of {@link TrainedModel#load(Path)}; nothing is written.
   *
   * @throws DogVisionException if something in it is wrong
   */
  static TrainedModel open(byte[] packed) {
    Map<String, byte[]> files = new HashMap<>();
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(packed))) {
      while (in.available() > 0) {
        String name = in.readUTF();
        byte[] content = new byte[in.readInt()];
        in.readFully(content);
        files.put(name, content);
      }
    } catch (IOException e) {
      throw new DogVisionException("a model that was sent here is damaged: " + e, e);
    }
    return TrainedModel.load(new Sent(files));
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Sent(Map<String, byte[]> files) implements EmbeddedModel {
    @Override
    public String name() {
      return "sent";
    }

    @Override
    public String description() {
      return "the model that the driver sent";
    }

    @Override
    public double accuracy() {
      return 0; // nobody chooses it by that
    }

    @Override
    public InputStream open(String fileName) throws IOException {
      byte[] content = files.get(fileName);
      if (content == null) {
        throw new NoSuchFileException(fileName);
      }
      return new ByteArrayInputStream(content);
    }
  }
}
