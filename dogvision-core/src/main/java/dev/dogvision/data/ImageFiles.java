package dev.dogvision.data;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Locale;

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

  /** A file's name without its suffix. */
  static String stem(String name) {
    return name.substring(0, name.lastIndexOf('.'));
  }

  /** Whether a name is one that systems hide, such as the "._" files of macOS. */
  static boolean isHidden(String name) {
    return name.startsWith(".");
  }
}
