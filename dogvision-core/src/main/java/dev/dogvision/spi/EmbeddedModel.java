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
   * The model's name, by which programs ask for it.
   *
   * @return a word, for example {@code fast}
   */
  String name();

  /**
   * What the model is.
   *
   * @return a few words, for messages
   */
  String description();

  /**
   * How accurate the model is, beside others: the highest is what programs get that ask for none by
   * name.
   *
   * @return the percentage of photographs that it has right, of those that its model card tells of
   */
  double accuracy();

  /**
   * Opens one of its files.
   *
   * @param fileName the file's plain name
   * @return its content, to be closed by the caller
   * @throws IOException if there is no such file or it can't be read
   */
  InputStream open(String fileName) throws IOException;
}
