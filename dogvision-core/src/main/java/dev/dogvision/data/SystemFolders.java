package dev.dogvision.data;

import com.google.common.collect.ImmutableSet;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Folders that systems and programs put among one's own, with copies and thumbnails of pictures in
 * them: they are no breeds.
 */
final class SystemFolders {
  /** In lower case. Those that begin with a dot are hidden anyway. */
  private static final ImmutableSet<String> NAMES =
      ImmutableSet.of(
          // Synology
          "@eadir",
          "@tmp",
          "@sharebin",
          "@sharesnap",
          "@appstore",
          "@database",
          "#recycle",
          "#snapshot",
          // QNAP
          "@recycle",
          "@recently-snapshot",
          "@__thumb",
          // Windows
          "recycler",
          "recycled",
          "system volume information",
          "config.msi",
          // macOS, also in archives made there
          "__macosx",
          "network trash folder",
          "temporary items",
          "thevolumesettingsfolder",
          // Linux and NetApp
          "lost+found",
          "~snapshot",
          // programs
          "__pycache__",
          "_gsdata_",
          "node_modules");

  /** Windows: what a disk check found, and system folders such as {@code $RECYCLE.BIN}. */
  private static final Pattern WINDOWS = Pattern.compile("found\\.\\d{3}|\\$[a-z].*");

  private SystemFolders() {}

  /** Whether a folder's name is one of these, in any case, or hidden. */
  static boolean include(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return ImageFiles.isHidden(name) || NAMES.contains(lower) || WINDOWS.matcher(lower).matches();
  }
}
