/** Programs a newcomer runs. */
@NullMarked
package dev.dogvision.examples;

import org.jspecify.annotations.NullMarked;
