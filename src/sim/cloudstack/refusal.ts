/** How CloudStack says no: HTTP status and errorcode are one number (cs §2.4), cserrorcode names the exception. */

/** cs §2.4: the exceptions that the simulated commands throw. */
const CS_CODE = {
  runtime: 4250,
  insufficientCapacity: 4335,
  invalidParameter: 4350,
  plain: 9999,
} as const;

export class Refusal extends Error {
  constructor(
    readonly errorcode: number,
    readonly text: string,
    readonly cserrorcode: number = CS_CODE.plain,
    /** 432 and a missing command answer under `errorresponse` instead of the command's own name. */
    readonly envelope?: 'errorresponse',
  ) {
    super(text);
    this.name = 'Refusal';
  }
}

/** 431: a parameter, or a precondition that CloudStack treats as one. */
export const invalid = (text: string): Refusal => new Refusal(431, text, CS_CODE.invalidParameter);
/** 530: CloudRuntimeException and everything unexpected. */
export const failed = (text: string): Refusal => new Refusal(530, text, CS_CODE.runtime);
/** 533: the planner found no host. */
export const noCapacity = (text: string): Refusal => new Refusal(533, text, CS_CODE.insufficientCapacity);
/** 401 for everything about keys, signatures and clocks: the text never says which. */
export const unauthorized = (): Refusal =>
  new Refusal(401, 'unable to verify user credentials and/or request signature');
