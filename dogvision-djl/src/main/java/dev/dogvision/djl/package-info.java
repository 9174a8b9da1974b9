/**
 * The engine on Deep Java Library and PyTorch. {@link dev.dogvision.djl.DjlEngineProvider} is found
 * as a service; nothing here needs to be called.
 */
@NullMarked
package dev.dogvision.djl;

import org.jspecify.annotations.NullMarked;
