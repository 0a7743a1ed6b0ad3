// The way back through tfjs's tape in the memory of the way forth: what a step of it is done with goes at once.
import type { Tensor } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';

/**
 * Makes the gradient under way free each node's upstream gradients and saved tensors once the node is done; tfjs by itself keeps all of
 * them to the end, which doubles the memory of a step. To be called at the end of the function whose gradient is taken.
 */
export function freeTapeAsItGoes(): void {
  let done: Tensor[] = [];
  for (const node of tf.engine().state.activeTape ?? []) {
    const { gradient, saved = [] } = node;
    if (!gradient) continue;
    node.gradient = (upstream) => {
      // Those of the node before, all of whose gradients are there by now.
      tf.dispose(done);
      // An output that the loss does not depend on has no upstream gradient.
      done = [...upstream.filter((tensor) => tensor instanceof tf.Tensor), ...saved];
      const taken = new Set(done);
      const byInput = Object.entries(gradient(upstream)).map(([input, make]): [string, () => Tensor] => [
        input,
        () => {
          const found = make();
          // The same tensor must not be freed for one node while another has it.
          if (taken.has(found)) return found.clone();
          taken.add(found);
          return found;
        },
      ]);
      return Object.fromEntries(byInput);
    };
  }
}
