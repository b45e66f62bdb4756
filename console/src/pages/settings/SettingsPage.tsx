// What the gateway is told to do and who says so, and the people who may sign in.

import './settings.css';
import type { ReactElement } from 'react';
import { useApi } from '../../api/hooks.ts';
import { Page, PageHead } from '../../ui/Panel.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { useAddress } from '../use-address.ts';
import { Config } from './Config.tsx';
import { Operators } from './Operators.tsx';

type View = 'config' | 'operators';

/** Settings and operators. */
export function SettingsPage(): ReactElement {
  const [address, setAddress] = useAddress();
  const status = useApi('readStatus', {});
  const view: View = address['view'] === 'operators' ? 'operators' : 'config';
  return (
    <Page fill>
      <PageHead
        title="Settings"
        description={`The config in force and where each value comes from, and the people who may sign in here.${whereCommandsRun(status.data?.value.dataFolder)}`}
      />
      <Tabs<View>
        label="Views of the settings"
        selected={view}
        onSelect={(chosen) => setAddress({ view: chosen === 'config' ? undefined : chosen, key: undefined })}
        tabs={[
          { id: 'config', label: 'Config', content: <Config /> },
          { id: 'operators', label: 'Operators', content: <Operators /> },
        ]}
      />
    </Page>
  );
}

/** Pages show commands for copying; here it stands once what they need elsewhere than beside the config. */
function whereCommandsRun(dataFolder: string | undefined): string {
  if (dataFolder === undefined) return '';
  return ` Commands that pages show are run on the machine of the gateway; they find it from any folder with --data ${dataFolder}, or SALLYPORT_DATA set to that.`;
}
