package dev.dogvision.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/** A package of the npm registry: a compressed tape archive. */
final class NpmPackage {
  private static final int BLOCK = 512;
  private static final int NAME_LENGTH = 100;
  private static final int SIZE = 124;
  private static final int SIZE_LENGTH = 12;

  private NpmPackage() {}

  /**
   * Fetches a package, once.
   *
   * @param address where the registry has it
   * @param sha512 what its content must hash to
   * @param file where it goes; one that is there already is taken
   * @throws IOException if the registry can't be reached
   */
  static void fetch(URI address, String sha512, Path file) throws Exception {
    if (!Files.exists(file)) {
      Files.createDirectories(file.getParent());
      Path part = Files.createTempFile(file.getParent(), "npm", ".part");
      HttpResponse<Path> response =
          HttpClient.newBuilder()
              .connectTimeout(Duration.ofSeconds(20))
              .build()
              .send(
                  HttpRequest.newBuilder(address).timeout(Duration.ofMinutes(5)).build(),
                  HttpResponse.BodyHandlers.ofFile(part));
      if (response.statusCode() != 200) {
        throw new IOException(address + " answers with status " + response.statusCode());
      }
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    }
    String found = MoreFiles.asByteSource(file).hash(Hashing.sha512()).toString();
    assertThat(found).as("SHA-512 of %s; delete it to fetch it again", file).isEqualTo(sha512);
  }

  /**
   * Reads some of a package's files.
   *
   * @param archive the package
   * @param names the files' paths in it
   * @return those that are there, by path
   */
  static Map<String, byte[]> files(Path archive, Set<String> names) throws IOException {
    Map<String, byte[]> found = new HashMap<>();
    try (DataInputStream in =
        new DataInputStream(new GZIPInputStream(Files.newInputStream(archive)))) {
      byte[] header = new byte[BLOCK];
      while (found.size() < names.size()) {
        in.readFully(header);
        String name = text(header, 0, NAME_LENGTH);
        if (name.isEmpty()) { // the end
          break;
        }
        int size = Integer.parseInt(text(header, SIZE, SIZE_LENGTH), 8);
        byte[] content = new byte[(size + BLOCK - 1) / BLOCK * BLOCK];
        in.readFully(content);
        if (names.contains(name)) {
          found.put(name, Arrays.copyOf(content, size));
        }
      }
    }
    return found;
  }

  private static String text(byte[] header, int from, int length) {
    String text = new String(header, from, length, StandardCharsets.US_ASCII);
    int end = text.indexOf(0);
    return (end < 0 ? text : text.substring(0, end)).strip();
  }
}
