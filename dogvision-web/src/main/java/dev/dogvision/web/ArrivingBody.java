package dev.dogvision.web;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A request's body that tells when all of it has arrived. */
final class ArrivingBody extends FilterInputStream {
  private final Runnable arrived;
  private boolean ended;

  ArrivingBody(InputStream body, Runnable arrived) {
    super(body);
    this.arrived = arrived;
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    ended(value < 0);
    return value;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int count = super.read(bytes, offset, length);
    ended(count < 0);
    return count;
  }

  private void ended(boolean end) {
    if (end && !ended) {
      ended = true;
      arrived.run();
    }
  }
}
