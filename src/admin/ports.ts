// What the admin API needs from whoever has it: control implements these while a gateway runs. The client offers the same interface
// from the other end of the socket, so that a command does not see whether it speaks to a gateway or to the store.

import type { Result } from '../base/index.ts';
import type { Actor } from './acts.ts';
import type {
  AcceptLogInput,
  AddAgentInput,
  AddedOperator,
  AddHoldInput,
  AddOperatorInput,
  AgentPage,
  AgentQuery,
  AgentView,
  ApprovalView,
  ApprovedView,
  CapacityView,
  CatalogueView,
  ChangeAgentInput,
  ChangeOperatorInput,
  CheckpointsView,
  ClearedFlow,
  ClearFlowInput,
  CommandActInput,
  ConfigStatus,
  DecidedApprovals,
  DecidedView,
  DecideReleaseInput,
  DecideInput,
  DecisionInput,
  ExplainInput,
  ErasedSubject,
  EraseSubjectInput,
  ExplanationView,
  FindSubjectInput,
  FlowView,
  FoundSubject,
  GatewayStatus,
  HoldView,
  IssuedKey,
  KeyInput,
  LookAlikesView,
  LiftHoldInput,
  LiftInput,
  LiftView,
  LimitsView,
  LinkView,
  LockdownView,
  LockedView,
  LockInput,
  MatchInput,
  MatchView,
  OpenedRelease,
  Overview,
  OpenReleaseInput,
  OperatorView,
  RecordedAct,
  ReleaseInput,
  ReleaseView,
  RetentionInput,
  RetentionView,
  ServerDetail,
  ServerProbe,
  ServerStatus,
  SessionView,
  ShownApproval,
  SignedLogView,
  SignInInput,
  SubjectView,
  ArgumentTypes,
  ArgumentTypesInput,
  WhoisInput,
  Window,
  WorldView,
} from './contract.ts';
import type { PolicyDocumentPort, PolicyPages, PolicyTextPort } from './policy-port.ts';
import type { AdminProblem } from './problems.ts';
import type { RecordPages } from './record-ports.ts';
import type { Asking, Shown, SignedIn, Visit } from './visit.ts';

type Answer<T> = Promise<Result<T, AdminProblem>>;

/** How something is to be written. */
export interface Writing {
  /** The version that the caller has seen; undefined: whatever it is now. */
  readonly expectedVersion?: number | undefined;
  /** Everything is checked, and nothing done. The answer is as it would be, but for what would be secret: that is empty. */
  readonly isDryRun?: boolean | undefined;
}

/** Agents and their keys. */
export interface AgentsPort {
  list(): Answer<{ readonly version: number; readonly agents: readonly AgentView[] }>;
  add(input: AddAgentInput, write?: Writing): Answer<{ readonly agent: AgentView; readonly key: IssuedKey | null }>;
  change(name: string, input: ChangeAgentInput, write?: Writing): Answer<AgentView>;
  remove(name: string, write?: Writing): Answer<AgentView>;
  addKey(name: string, input: KeyInput, write?: Writing): Answer<IssuedKey>;
  /** Revokes one key, or all when no id is given; answers with the ids. */
  revokeKeys(name: string, id: string | undefined, write?: Writing): Answer<readonly string[]>;
}

/** Definitions that nobody has approved. */
export interface CataloguePort {
  /** Of all servers, or of one: the most at once. */
  withheld(server?: string): Answer<CatalogueView>;
  approved(server: string): Answer<ApprovedView>;
  lookAlikes(): Answer<LookAlikesView>;
  /** Answers once every worker goes by it. `by`: who is signed in; without it, whoever may use the socket. */
  decide(input: DecisionInput, how?: { readonly by?: string | undefined; readonly isDryRun?: boolean | undefined }): Answer<DecidedView>;
}

/** The kill switch. Whatever it answers is on the disk; `confirmed` says in how many workers it is in force already. */
export interface LockdownPort {
  read(): Answer<LockdownView>;
  lock(input: LockInput, write?: Pick<Writing, 'isDryRun'>): Answer<LockedView>;
  lift(input: LiftInput, write?: Pick<Writing, 'isDryRun'>): Answer<LiftView>;
}

/** What tasks have used before, as far as a rule looks at it. */
export interface FlowPort {
  read(): Answer<FlowView>;
  /** Answers once every worker has forgotten it too. */
  clear(input: ClearFlowInput): Answer<ClearedFlow>;
}

/** Calls that wait for a person. Whoever decides shows a key or is signed in; without either they are whoever may use the socket. */
export interface ApprovalsPort {
  list(all: boolean): Answer<readonly ApprovalView[]>;
  read(id: string): Answer<ShownApproval>;
  decide(input: DecideInput, who: Asking): Answer<DecidedApprovals>;
}

/** The policy in force. Asking it changes nothing. */
export interface PolicyPort {
  /** What would become of a call, and why. */
  explain(input: ExplainInput): Answer<ExplanationView>;
  /** Of which types the arguments of an approved tool may be. */
  argumentTypes(input: ArgumentTypesInput): Answer<ArgumentTypes>;
  /** What the rules are about. */
  world(): Answer<WorldView>;
}

/** Whom records are about. What is asked and done here is on record with the reason, and with who it was where they show a key. */
export interface SubjectsPort {
  /** By which pseudonym somebody is on record. */
  find(input: FindSubjectInput, who?: Asking): Answer<FoundSubject>;
  /** Whose a pseudonym is, where one person may learn that. */
  whois(input: WhoisInput, who?: Asking): Answer<SubjectView>;
  /** Answers once nothing is left of them that could be tested, opened or resolved. */
  erase(input: EraseSubjectInput, who?: Asking): Answer<ErasedSubject>;
  /** What the value with this digest would be on record as. */
  match(input: MatchInput, who?: Asking): Answer<MatchView>;
}

/** What has to be kept, whatever its time. */
export interface HoldsPort {
  /** Those that were lifted too. */
  list(): Answer<readonly HoldView[]>;
  add(input: AddHoldInput, who: Asking): Answer<HoldView>;
  /** Refused to whoever set it. */
  lift(input: LiftHoldInput, who: Asking): Answer<HoldView>;
}

/** What was sealed, and whose pseudonyms are, for two people together. Whoever asks shows a key of their own. */
export interface VaultPort {
  list(): Answer<readonly ReleaseView[]>;
  request(input: ReleaseInput, who: Asking): Answer<ReleaseView>;
  /** Refused to whoever asked for it, but for taking it back. */
  decide(input: DecideReleaseInput, who: Asking): Answer<ReleaseView>;
  /** For whoever asked for it, and nobody else. */
  open(input: OpenReleaseInput, who: Asking): Answer<OpenedRelease>;
}

/** What commands do by themselves with what the gateway keeps. */
export interface ActsPort {
  /** Durable when it answers. `actor`: who, as the socket knows them; a command leaves it out. */
  record(act: CommandActInput, actor?: Actor): Answer<RecordedAct>;
}

/** What was signed of the record. */
export interface CheckpointsPort {
  read(): Answer<CheckpointsView>;
  /** Lets go of what was signed of a log: what it was. */
  accept(input: AcceptLogInput): Answer<SignedLogView>;
}

/** The people who use the console. */
export interface OperatorsPort {
  list(): Answer<{ readonly version: number; readonly operators: readonly OperatorView[] }>;
  add(input: AddOperatorInput, write?: Writing): Answer<AddedOperator>;
  change(name: string, input: ChangeOperatorInput, write?: Writing): Answer<OperatorView>;
  remove(name: string, write?: Writing): Answer<OperatorView>;
  link(name: string): Answer<LinkView>;
  /** Answers with how many sessions there were. */
  endSessions(name: string): Answer<number>;
}

/** Agents, for whoever looks at some of very many. */
export interface AgentPagesPort {
  list(query: AgentQuery): Answer<AgentPage & { readonly version: number }>;
  read(name: string): Answer<{ readonly version: number; readonly agent: AgentView }>;
}

/** Signing in, for browsers. A command has no session. */
export interface SessionsPort {
  /**
   * Whom a request of a browser is from, before anything else is looked at. Nobody, where it shows no session that stands; refused (`cross_site`) where it
   * shows one and would change something without the token that only a page of ours knows. Signing in is always nobody's.
   */
  identify(shown: Shown): Answer<Visit>;
  /** Takes a link, once. */
  signIn(input: SignInInput): Answer<{ readonly session: SessionView; readonly cookie: string }>;
  read(signedIn: SignedIn): Answer<SessionView>;
  signOut(signedIn: SignedIn): Answer<{ readonly operator: string; readonly cookie: string }>;
}

/** What the gateway itself answers with: more than a command can ask for. */
export interface GatewayPorts extends AdminPorts, PolicyPages, RecordPages {
  readonly policyDocument: PolicyDocumentPort;
  readonly agentPages: AgentPagesPort;
  readonly sessions: SessionsPort;
}

/** How the gateway and its servers do. */
export interface OverviewPort {
  read(window: Window): Answer<Overview>;
  capacity(): Answer<CapacityView>;
  server(name: string, window: Window): Answer<ServerDetail>;
  /** Goes every step of the way to a server, now. */
  probe(name: string): Answer<ServerProbe>;
}

/** Everything the admin API can ask for. */
export interface AdminPorts {
  readonly acts: ActsPort;
  readonly agents: AgentsPort;
  readonly operators: OperatorsPort;
  readonly approvals: ApprovalsPort;
  readonly catalogue: CataloguePort;
  readonly flow: FlowPort;
  readonly lockdown: LockdownPort;
  readonly overview: OverviewPort;
  readonly policy: PolicyPort;
  readonly policyDocument: PolicyTextPort;
  readonly subjects: SubjectsPort;
  readonly holds: HoldsPort;
  readonly vault: VaultPort;
  readonly checkpoints: CheckpointsPort;
  /** Removes records whose time is over. */
  removeOld(input: RetentionInput): Answer<RetentionView>;
  /** What limits there are, and how much of them is left. */
  limits(): Answer<LimitsView>;
  status(): Answer<GatewayStatus>;
  servers(): Answer<readonly ServerStatus[]>;
  /** Reads the config file again. A refused one is a `config_refused` problem with its places; the one before stays in force. */
  reload(): Answer<ConfigStatus>;
}
