// Signing in by a link that works once. What stands behind # goes to no server and into no log; it is taken out of the address at once, so that it
// does not stay in the history either.

import './SignInPage.css';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { ask, setCsrf } from '../../api/client.ts';
import { asProblem } from '../../api/problem.ts';
import type { ApiProblem } from '../../api/problem.ts';
import { sessionQuery } from '../../api/session.tsx';
import { Brand } from '../../layout/Brand.tsx';
import { linkIn, wantedPage } from '../../layout/sign-in-link.ts';
import { paths } from '../../paths.ts';
import { Button } from '../../ui/Button.tsx';
import { CommandLine } from '../../ui/CommandLine.tsx';
import { commands } from '../../commands.ts';
import { Field } from '../../ui/Field.tsx';
import { Loading, Notice } from '../../ui/State.tsx';

/** The page that a link opens, and that whoever is not signed in comes to. */
export function SignInPage(): ReactElement {
  const [isUnderWay, setUnderWay] = useState(() => linkIn(window.location.href) !== undefined);
  const [problem, setProblem] = useState<ApiProblem>();
  const [text, setText] = useState('');
  const client = useQueryClient();
  const navigate = useNavigate();
  const search: Readonly<Record<string, string>> = useSearch({ from: '/sign-in' });

  const signIn = async (link: string): Promise<void> => {
    setUnderWay(true);
    setProblem(undefined);
    try {
      const { value } = await ask('signIn', { body: { link } });
      setCsrf(value.csrf);
      client.clear();
      client.setQueryData(sessionQuery.queryKey, value);
      await navigate({ href: wantedPage(search['to']), replace: true });
    } catch (error) {
      setProblem(asProblem(error));
      setUnderWay(false);
    }
  };
  useEffect(() => {
    const link = linkIn(window.location.href);
    if (link === undefined) return;
    window.history.replaceState(window.history.state, '', paths.signIn());
    void signIn(link);
    // Once, as the page is opened: the link works once.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  const typed = linkIn(text) ?? text.trim();
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <div className="sign-in-brand">
          <Brand size={36} />
        </div>
        <h1>Sign in</h1>
        {problem === undefined ? null : (
          <Notice tone="bad" title={problem.title}>
            {problem.detail}
          </Notice>
        )}
        {isUnderWay ? (
          <Loading label="Signing in" lines={3} />
        ) : (
          <>
            <p className="soft">
              You sign in with a link that works once and needs no password. On the machine of the gateway, this makes one and prints it:
            </p>
            <CommandLine command={commands.signIn()} />
            <p className="soft">An administrator can make one for you, too: on the page Settings, under Operators.</p>
            <form
              className="form"
              onSubmit={(event) => {
                event.preventDefault();
                if (typed !== '') void signIn(typed);
              }}
            >
              <Field label="Link" value={text} onChange={setText} isMono placeholder="http://127.0.0.1:7630/sign-in#…" autoFocus />
              <Button variant="primary" type="submit" disabledReason={typed === '' ? 'Paste a link first.' : undefined}>
                Sign in
              </Button>
            </form>
          </>
        )}
      </div>
    </main>
  );
}
