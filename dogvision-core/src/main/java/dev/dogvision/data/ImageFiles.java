package dev.dogvision.data;

import com.google.common.collect.ImmutableList;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which files are images, by name. */
final class ImageFiles {
  /** In order of preference, where an id has several. */
  static final List<String> SUFFIXES =
      ImmutableList.of(".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif");

  static final String SUFFIXES_IN_WORDS = ".jpg, .jpeg, .png, .webp, .bmp or .gif";

  private ImageFiles() {}

  /** The place of a name's suffix among those supported, in any case, or -1. */
  static int suffixRank(String name) {
    int dot = name.lastIndexOf('.');
    return dot <= 0 ? -1 : SUFFIXES.indexOf(name.substring(dot).toLowerCase(Locale.ROOT));
  }

  /** What programs leave of a download or an edit that is not finished, or of the one before. */
  private static final Pattern LEFTOVER =
      Pattern.compile(
          ".*(~|\\.(bak|crdownload|download|old|orig|part|partial|tmp))", Pattern.CASE_INSENSITIVE);

  /**
   * Whether there is an image of that name in a folder: by its suffix, or else by what its first
   * bytes say.
   */
  static boolean isImage(Path folder, String name) {
    if (suffixRank(name) >= 0) {
      return true;
    }
    if (LEFTOVER.matcher(name).matches()) {
      return false;
    }
    Path file = FileNames.resolve(folder, name);
    return Files.isRegularFile(file)
        && ImageDecoder.standard().problemAtFirstSight(ImageSource.of(file)).isEmpty();
  }

  /**
   * What is in the way of a file that is meant to be a photograph and none that {@link #isImage}
   * and can be opened: another format by its content, a link to nothing by its suffix. Null for
   * what is no photograph.
   */
  static @Nullable String notRead(Path folder, String name) {
    Path file = FileNames.resolve(folder, name);
    if (LEFTOVER.matcher(name).matches() || Files.isDirectory(file)) {
      return null;
    }
    if (suffixRank(name) >= 0 && !Files.exists(file)) {
      return "a link to nothing";
    }
    if (!Files.isRegularFile(file)) {
      return suffixRank(name) >= 0 ? "not a file" : null;
    }
    return ImageDecoder.standard().formatNotRead(ImageSource.of(file)).orElse(null);
  }

  /** A file's name without its suffix. */
  static String stem(String name) {
    int dot = name.lastIndexOf('.');
    return dot <= 0 ? name : name.substring(0, dot);
  }

  /** Whether a name is one that systems hide, such as the "._" files of macOS. */
  static boolean isHidden(String name) {
    return name.startsWith(".");
  }
}
