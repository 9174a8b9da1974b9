package dev.dogvision.model;

import dev.dogvision.image.Preprocessing;
import dev.dogvision.spi.EmbeddingModule;
import dev.dogvision.spi.NetworkPlan;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An architecture of which nothing is known but what comes out: a published module, always frozen,
 * under a linear head. {@link Backbone#torchScript(String)} finds one.
 *
 * @param module where it is published, and the length of its embedding
 */
public record ModuleArchitecture(EmbeddingModule module) implements Architecture {

  /**
   * The last part of its URL that says something.
   *
   * @return lower-case letters, digits, {@code _}, {@code .} and {@code -}, 1 to 64 of them
   */
  @Override
  public String name() {
    String path = module.url().replaceFirst("[?#].*", "").replaceFirst("/+$", "");
    String last = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    String name = last.replaceFirst("\\.(pt|zip)$", "").replaceAll("[^a-z0-9_.-]", "_");
    return name.isEmpty() ? "module" : name.substring(0, Math.min(64, name.length()));
  }

  @Override
  public String variant() {
    return "";
  }

  @Override
  public int stages() {
    return 0;
  }

  @Override
  public NetworkPlan plan(Preprocessing preprocessing, int classes) {
    return new NetworkPlan(
        preprocessing.size(),
        preprocessing.channelMeans(),
        preprocessing.channelScales(),
        List.of(),
        Optional.of(module),
        HEAD,
        classes);
  }

  @Override
  public String toString() {
    return title();
  }
}
