package dev.dogvision.image;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * From the colours of ICC profiles to sRGB. The conversions that were made last are kept: to make
 * one takes longer than to decode a small photograph, and most photographs have one of a few
 * profiles. Safe from many threads, each of which gets one to itself for as long as it converts.
 */
final class ProfileConversions {
  private static final int MOST_PROFILES = 8;
  private static final int MOST_IDLE = 8;

  private static final ProfileConversions OF_PROCESS = new ProfileConversions();

  /** The profile that was used longest ago comes first. */
  @GuardedBy("this")
  private final Map<HashCode, Kept> kept = new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true);

  private static final class Kept {
    final boolean standard;
    final Deque<ColorConversion> idle = new ArrayDeque<>();

    Kept(boolean standard) {
      this.standard = standard;
    }
  }

  static ProfileConversions ofProcess() {
    return OF_PROCESS;
  }

  /**
   * Converts pixels in their place.
   *
   * @param profile what their colours are; taken for sRGB where it can't be read
   */
  void apply(byte[] profile, byte[] rgb) {
    HashCode key = Hashing.sha256().hashBytes(profile);
    @Nullable ColorConversion conversion;
    synchronized (this) {
      Kept known = kept.get(key);
      if (known != null && known.standard) {
        return;
      }
      conversion = known == null ? null : known.idle.poll();
    }
    if (conversion == null) {
      conversion = ColorConversion.ofProfile(profile);
    }
    if (conversion != null) {
      conversion.apply(rgb);
    }
    keep(key, conversion);
  }

  private synchronized void keep(HashCode key, @Nullable ColorConversion conversion) {
    Kept known = kept.computeIfAbsent(key, unused -> new Kept(conversion == null));
    if (conversion != null && known.idle.size() < MOST_IDLE) {
      known.idle.push(conversion);
    }
    if (kept.size() > MOST_PROFILES) {
      kept.remove(kept.keySet().iterator().next());
    }
  }
}
