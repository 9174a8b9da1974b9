package dev.dogvision.tensorboard;

import dev.dogvision.train.TensorBoardProvider;
import dev.dogvision.train.TrainingListener;
import java.nio.file.Path;

/**
 * Writes training runs for TensorBoard. Found as a service by {@code Trainer.tensorBoard(folder)};
 * programs need not name it.
 */
public final class TensorBoard implements TensorBoardProvider {

  /** Does nothing yet. */
  public TensorBoard() {}

  @Override
  public TrainingListener listener(Path folder) {
    return new TensorBoardListener(folder);
  }
}
