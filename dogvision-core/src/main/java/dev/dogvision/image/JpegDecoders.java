package dev.dogvision.image;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.dogvision.spi.JpegDecoder;
import java.io.IOException;
import java.util.Iterator;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The decoder for JPEG that the class path offers. One that can't be used is told of once, and
 * pictures are read without it: they can be.
 */
final class JpegDecoders {
  private static final Logger LOG = LoggerFactory.getLogger(JpegDecoders.class);
  private static final Object LOCK = new Object();

  @GuardedBy("LOCK")
  private static boolean searched;

  private static volatile @Nullable JpegDecoder usable;

  /** Set last, so that whoever sees it sees what was found. */
  private static volatile boolean ready;

  private JpegDecoders() {}

  /** The first that can be loaded, in the order of the class path; null where there is none. */
  static @Nullable JpegDecoder usable() {
    if (!ready) {
      synchronized (LOCK) {
        if (!searched) {
          searched = true;
          usable = find();
          ready = true;
        }
      }
    }
    return usable;
  }

  /** Uses a decoder no more whose classes turn out not to fit. */
  static void giveUp(JpegDecoder decoder, LinkageError reason) {
    synchronized (LOCK) {
      if (usable == decoder) {
        usable = null;
        warn(decoder.name(), reason);
      }
    }
  }

  private static @Nullable JpegDecoder find() {
    Iterator<JpegDecoder> services =
        ServiceLoader.load(JpegDecoder.class, JpegDecoders.class.getClassLoader()).iterator();
    while (true) {
      try {
        if (!services.hasNext()) {
          return null;
        }
        JpegDecoder decoder = services.next();
        if (isLoaded(decoder)) {
          return decoder;
        }
      } catch (ServiceConfigurationError e) {
        warn("on the class path", e);
      }
    }
  }

  private static boolean isLoaded(JpegDecoder decoder) {
    try {
      decoder.load();
      LOG.debug("JPEGs are decoded by {}", decoder.name());
      return true;
    } catch (IOException | RuntimeException | LinkageError e) {
      warn(decoder.name(), e);
      return false;
    }
  }

  private static void warn(String name, Throwable reason) {
    LOG.warn(
        "The JPEG decoder {} can't be used, so Java's own reads JPEGs, slower but the same: {}",
        name,
        reason.toString());
  }
}
