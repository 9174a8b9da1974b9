package dev.dogvision.spi;

import java.io.IOException;
import java.io.InputStream;

/**
 * A trained model that is shipped in a jar, found as a {@link java.util.ServiceLoader} service. It
 * holds the same files as a model's folder: {@code config.json}, {@code model.safetensors} and
 * {@code README.md}.
 */
public interface EmbeddedModel {

  /**
   * The model's name.
   *
   * @return a few words, for messages
   */
  String name();

  /**
   * Opens one of its files.
   *
   * @param fileName the file's plain name
   * @return its content, to be closed by the caller
   * @throws IOException if there is no such file or it can't be read
   */
  InputStream open(String fileName) throws IOException;
}
