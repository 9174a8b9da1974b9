package dev.dogvision.internal.inputs;

import dev.dogvision.spi.Batch;
import java.util.Iterator;

/** One pass over images, batch by batch. */
public interface BatchStream extends Iterator<Batch>, AutoCloseable {

  /** Stops whatever works ahead. */
  @Override
  void close();
}
