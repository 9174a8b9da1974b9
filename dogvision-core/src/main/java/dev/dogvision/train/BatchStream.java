package dev.dogvision.train;

import dev.dogvision.spi.Batch;
import java.util.Iterator;

/** One pass over images, batch by batch. */
interface BatchStream extends Iterator<Batch>, AutoCloseable {

  /** Stops whatever works ahead. */
  @Override
  void close();
}
