package dev.dogvision.model;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.dogvision.MismatchException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What people take for weights and is something else, told by its first bytes. Whoever has such a
 * file wants to know what it is and how to get at the weights, not that a header is too long.
 */
final class ForeignWeights {
  /** Enough for the names of the first entries of a zip file. */
  private static final int HEAD_BYTES = 1 << 14;

  private static final String SAVE_FROM_PYTHON =
      "in Python, safetensors.torch.save_file(model.state_dict(), \"weights.safetensors\") writes"
          + " the file that is needed";
  private static final String FIND_OTHERS =
      "DogVision reads .safetensors files with torchvision's, timm's or transformers' names; look for"
          + " one of the same network, or "
          + SAVE_FROM_PYTHON;

  private ForeignWeights() {}

  /**
   * Refuses a file that is known to be something else.
   *
   * @throws MismatchException naming what it is and what to do
   */
  static void refuse(Path file) {
    if (!Files.isRegularFile(file)) {
      return;
    }
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(HEAD_BYTES);
    } catch (IOException e) {
      return; // whoever reads the file says so
    }
    String kind = kind(new String(head, ISO_8859_1)); // a character a byte
    if (kind != null) {
      throw new MismatchException(file.toString(), file + " is " + kind);
    }
  }

  private static @Nullable String kind(String head) {
    if (head.length() > 8 && head.charAt(8) == '{') {
      return null; // as a safetensors file begins: the header's length, and the header
    }
    String start = head.stripLeading().toLowerCase(Locale.ROOT);
    if (start.startsWith("version https://git-lfs")) {
      return "a Git LFS pointer, a few lines that stand for the weights: fetch the weights"
          + " themselves with \"git lfs pull\" in the repository that it comes from";
    }
    if (start.startsWith("<!doctype html") || start.startsWith("<html")) {
      return "an HTML page, as a download gives where a log-in or another address was needed: open"
          + " it in a browser to see what it says, and download the weights again";
    }
    if (head.startsWith("PK\u0003\u0004")) {
      return zip(head);
    }
    if (head.length() > 1 && head.charAt(0) == 0x80 && head.charAt(1) >= 2 && head.charAt(1) <= 5) {
      return pickle("");
    }
    if (head.startsWith("\u0089HDF\r\n\u001a\n")) {
      return "an HDF5 file, as Keras writes its weights: " + FIND_OTHERS;
    }
    if (head.startsWith("TFL3", 4)) {
      return "a TensorFlow Lite model: " + FIND_OTHERS;
    }
    if (isOnnx(head)) {
      return "an ONNX model: " + FIND_OTHERS;
    }
    return null;
  }

  private static String zip(String head) {
    if (head.contains("data.pkl")) {
      return pickle(head.contains("/code/") ? ", or a TorchScript archive" : "");
    }
    if (head.contains("model.weights.h5") || head.contains("metadata.json")) {
      return "a Keras model: " + FIND_OTHERS;
    }
    return "a zip file: unpack it, and name the .safetensors file in it";
  }

  private static String pickle(String more) {
    return "a pickled PyTorch checkpoint"
        + more
        + ", which can run any program when it is read, so it is not: load it where you trust it, and "
        + SAVE_FROM_PYTHON;
  }

  /** The version of the format as field 1, then the producer or the graph. */
  private static boolean isOnnx(String head) {
    return head.length() > 2
        && head.charAt(0) == 0x08
        && head.charAt(1) >= 1
        && head.charAt(1) <= 32
        && (head.charAt(2) == 0x12 || head.charAt(2) == 0x3a || head.charAt(2) == 0x42);
  }
}
