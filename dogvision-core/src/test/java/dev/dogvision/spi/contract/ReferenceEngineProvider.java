package dev.dogvision.spi.contract;

import dev.dogvision.spi.Engine;
import dev.dogvision.spi.EngineProvider;

/** Lets the core's own tests find the {@link ReferenceEngine}, and count what it does. */
public final class ReferenceEngineProvider implements EngineProvider {

  /** For {@link java.util.ServiceLoader}. */
  public ReferenceEngineProvider() {}

  @Override
  public String name() {
    return ReferenceEngine.NAME;
  }

  @Override
  public boolean opensModules() {
    return true;
  }

  @Override
  public Engine open() {
    return new CountingEngine(new ReferenceEngine());
  }
}
