package dev.dogvision.djl;

import dev.dogvision.spi.Engine;
import dev.dogvision.spi.EngineProvider;

/**
 * Finds PyTorch through Deep Java Library. Registered as a service; programs need not name it.
 *
 * <p>Deep Java Library reports to its makers when an engine starts. That is switched off here,
 * unless the environment variable or system property {@code OPT_OUT_TRACKING} says otherwise.
 */
public final class DjlEngineProvider implements EngineProvider {

  /** Loads nothing yet. */
  public DjlEngineProvider() {}

  @Override
  public String name() {
    return DjlEngine.NAME;
  }

  @Override
  public boolean opensModules() {
    return true;
  }

  @Override
  public Engine open() {
    return DjlEngine.load();
  }
}
