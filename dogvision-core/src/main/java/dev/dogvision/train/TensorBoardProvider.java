package dev.dogvision.train;

import java.nio.file.Path;

/**
 * Brings the listener behind {@link Trainer#tensorBoard}: a {@link java.util.ServiceLoader} service
 * that the module {@code dogvision-report} offers. Programs need not name it.
 */
public interface TensorBoardProvider {

  /**
   * A listener for one run.
   *
   * @param folder the folder of all runs; the run gets one of its own in it
   * @return writes what TensorBoard shows
   */
  TrainingListener listener(Path folder);
}
