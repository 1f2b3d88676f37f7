/** Where each VM goes. The planner behind `place` may be replaced; its face stays: a snapshot and rules in, a placement out. */
export { place, placing } from './place';
export { leftToCloudStack, placingEachAlone } from './each-alone';
export { rebootRules, simpleRules } from './rules';
