/**
 * For those who write an engine: {@link dev.dogvision.spi.contract.EngineContract}, the tests that
 * any engine passes, and {@link dev.dogvision.spi.contract.ReferenceEngine}, which says in plain
 * Java what the numbers should be.
 */
@NullMarked
package dev.dogvision.spi.contract;

import org.jspecify.annotations.NullMarked;
