package dev.dogvision.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What an application does with a model, in one of the ways that are compared. */
interface ServedModel extends AutoCloseable {

  /**
   * The most probable breeds.
   *
   * @param file a JPEG's bytes
   * @return the labels of the three most probable
   */
  List<String> top3(byte[] file) throws IOException;

  /**
   * The same from pixels, which are decoded before.
   *
   * @param file a JPEG's bytes
   * @return what predicts it once
   */
  Runnable fromPixels(byte[] file) throws IOException;

  /**
   * The bare forward pass.
   *
   * @param images how many at once, all black
   * @return what runs it once
   */
  Runnable pass(int images);

  /**
   * Predicts a folder of JPEGs.
   *
   * @param folder the folder
   * @param table where a row of probabilities a photograph goes
   */
  void predict(Path folder, Path table) throws IOException;

  @Override
  void close();
}
