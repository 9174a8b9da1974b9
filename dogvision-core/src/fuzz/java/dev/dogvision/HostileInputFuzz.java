package dev.dogvision;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.dogvision.data.Corrections;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.ProblemPolicy;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.UnreadableImageException;
import dev.dogvision.model.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whatever the bytes are, they are read or refused by an exception of this library. For a fuzzer
 * that watches which code they reach:
 *
 * <pre>
 * JAZZER_FUZZ=1 mvn -B -Pfuzz -pl dogvision-core test -Dtest='HostileInputFuzz#pictures'
 * </pre>
 *
 * <p>and likewise {@code weights}, {@code labels} and {@code corrections}. Without the variable, each
 * is called once.
 */
class HostileInputFuzz {
  private static final ImageDecoder DECODER = ImageDecoder.standard().maximumPixels(1_000_000);

  @FuzzTest(maxDuration = "10m")
  void pictures(byte[] content) {
    try {
      var unused = DECODER.decode(content, "fuzzed");
    } catch (UnreadableImageException expected) {
      requireMessage(expected, "fuzzed");
    }
  }

  @FuzzTest(maxDuration = "10m")
  void weights(byte[] content) {
    try {
      var unused = Safetensors.read(content, "fuzzed").tensors();
    } catch (DogVisionException expected) {
      requireMessage(expected, "fuzzed");
    }
  }

  @FuzzTest(maxDuration = "10m")
  void labels(byte[] content) throws IOException {
    Path folder = Files.createTempDirectory("dogvision-fuzz");
    Path table = Files.write(folder.resolve("labels.csv"), content);
    try {
      var unused =
          DatasetBuilder.fromCsv(table).images(folder).missingImages(ProblemPolicy.SKIP).build();
    } catch (DogVisionException expected) {
      requireMessage(expected, "");
    } finally {
      Files.delete(table);
      Files.delete(folder);
    }
  }

  @FuzzTest(maxDuration = "10m")
  void corrections(byte[] content) throws IOException {
    Path table = Files.write(Files.createTempFile("dogvision-fuzz", ".csv"), content);
    try {
      var unused = Corrections.read(table);
    } catch (DogVisionException expected) {
      requireMessage(expected, "");
    } finally {
      Files.delete(table);
    }
  }

  private static void requireMessage(DogVisionException e, String start) {
    String message = e.getMessage();
    if (message == null || !message.startsWith(start) || message.length() > 20_000) {
      throw new AssertionError("an exception that tells too little or too much", e);
    }
  }
}
