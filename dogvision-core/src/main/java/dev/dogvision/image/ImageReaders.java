package dev.dogvision.image;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.spi.ServiceRegistry;
import org.jspecify.annotations.Nullable;

/**
 * The readers for each format, in the order they are tried. They are named here rather than asked
 * of {@code ImageIO}, whose answer depends on what else lies on the class path and on which class
 * loader asked first.
 */
final class ImageReaders {
  private static final @Nullable ImageReaderSpi JDK_JPEG = jdk("jpeg.JPEG");
  private static final @Nullable ImageReaderSpi OTHER_JPEG = otherJpeg();
  private static final @Nullable ImageReaderSpi PNG = jdk("png.PNG");
  private static final @Nullable ImageReaderSpi GIF = jdk("gif.GIF");
  private static final @Nullable ImageReaderSpi BMP = jdk("bmp.BMP");
  private static final ImageReaderSpi WEBP =
      new com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi();

  private ImageReaders() {}

  /** What makes the readers to try; an empty list where the Java runtime was built without them. */
  static List<ImageReaderSpi> of(ImageFormat format, FileStructure structure) {
    List<@Nullable ImageReaderSpi> providers =
        switch (format) {
          // Java's own gets four components wrong, and is the faster one for all else.
          case JPEG ->
              structure.components == 4 ? listOf(OTHER_JPEG) : listOf(JDK_JPEG, OTHER_JPEG);
          case PNG -> listOf(PNG);
          case GIF -> listOf(GIF);
          case BMP -> listOf(BMP);
          case WEBP -> listOf(WEBP);
        };
    List<ImageReaderSpi> found = new ArrayList<>();
    for (ImageReaderSpi provider : providers) {
      if (provider != null) {
        found.add(provider);
      }
    }
    return found;
  }

  private static List<@Nullable ImageReaderSpi> listOf(@Nullable ImageReaderSpi... providers) {
    return Arrays.asList(providers);
  }

  private static @Nullable ImageReaderSpi jdk(String name) {
    String className = "com.sun.imageio.plugins." + name + "ImageReaderSpi";
    Iterator<ImageReaderSpi> providers =
        IIORegistry.getDefaultInstance()
            .getServiceProviders(
                ImageReaderSpi.class,
                provider ->
                    provider instanceof ImageReaderSpi
                        && provider.getClass().getName().equals(className),
                false);
    return providers.hasNext() ? providers.next() : null;
  }

  /** TwelveMonkeys' reader finds the one it builds upon in a registry; here, in one of its own. */
  private static @Nullable ImageReaderSpi otherJpeg() {
    if (JDK_JPEG == null) {
      return null;
    }
    ServiceRegistry registry =
        new ServiceRegistry(List.<Class<?>>of(ImageReaderSpi.class).iterator());
    ImageReaderSpi provider = new com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi();
    registry.registerServiceProvider(JDK_JPEG, ImageReaderSpi.class);
    registry.registerServiceProvider(provider, ImageReaderSpi.class);
    return provider;
  }
}
